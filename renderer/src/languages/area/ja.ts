// Japanese: the texts of inspection areas and of the reference part.
// Runs anywhere; loaded with its language.
import type { Texts } from '../catalogue.ts';

export const area: Texts['area'] = {
  title: '検査範囲',
  open: '検査範囲',
  openHover: '写真のどこを検査し、どこを無視するかを描きます',
  rectangle: '長方形',
  pen: '描いた所は',
  ignore: '無視',
  inspect: '検査',
  ignoreAll: 'すべて無視',
  inspectAll: 'すべて検査',
  label: '検査範囲のある写真。矢印キーでカーソルを動かし、スペースで描きます。',
  hint: '斜線の所は無視されます。熱は少し広がるので、邪魔な所より広めに無視してください。次の検査から、レシピのすべての写真に効きます。',
  corner: '向かいの角へ進み、スペースまたは Enter。',
  share: (share) => `${share} を無視`,
  whole: '写真全体を検査します。',
  nothing: '検査する所が残っていません。どこかを検査にしてください。',
  tooFine: '範囲の細かい断片が多すぎて保存できません。大きなブラシで整えてください。',
  use: 'この範囲を使う',
  legend: (share) => `無視: 写真の ${share}`,
  draft: 'まだレシピに保存されていません。ここのスコアはこれを使う前のものです。',
  ignored: '無視',
  drawn: '検査範囲を描きました。レシピに保存すると、次の検査から使われます。',
  follow: '領域を部品に追従させる',
  followHover:
    '部品が写真の4分の1までずれたり回転したりすると、領域も一緒に動きます。見つからない部品は検査されず、人の判断に任されます。',
  turned: '部品の回転をどこまで許すか',
  upTo: (degrees) => `${degrees}°まで回転`,
  anyAngle: '任意の角度',
  stays: 'いいえ：領域は固定',
  unfit:
    'この部品は追従できません。検査する場所にはっきりした輪郭が少なすぎるか、複数の位置で同じに見えます。輪郭をもっと含める、許す回転を減らす、または領域を固定してください。',
  moved: (turn, right, down, likeness) =>
    `部品に追従：回転 ${turn}°、右 ${right} px、下 ${down} px、類似度 ${likeness}`,
  lost: 'ここでは部品が見つかりませんでした。領域の位置が決まりません。',
};

export const reference: Texts['reference'] = {
  title: '見本',
  hover: '並べて表示: これに最も似た合格の部品',
  name: (name) => `見本: ${name}`,
  here: 'この検査から',
  from: (source, when) => `${source}、${when} から`,
  fromLot: (lot, when) => `ロット ${lot}、${when} から`,
  okBy: (who) => `${who} が OK`,
  good: (score) => `良品、${score}`,
  alike: (similarity) => `画像全体の類似度: ${similarity}（1 = 同じ）`,
  looking: '最も似た合格の部品を探しています…',
  none: 'この製品にはまだ他に合格の部品がありません。OK と判定すると、ここに現れます。',
  notComparable: 'この部品は比べられません。検査されていないか、以前の版の Loupe で検査されました。',
  noPhotograph: '見本の写真を表示できません。',
};
