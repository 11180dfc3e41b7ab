// Japanese: the texts of inspection areas and of the reference part.
// Runs anywhere; loaded with its language.
import type { Texts } from '../catalogue.ts';

export const area: Texts['area'] = {
  title: '検査範囲',
  open: '検査範囲',
  openHover: '写真のどこを検査し、どこを無視するかを描きます',
  rectangle: '長方形',
  pen: '描いた所',
  ignore: '無視',
  inspect: '検査',
  ignoreAll: 'すべて無視',
  inspectAll: 'すべて検査',
  label: '検査範囲のある写真。矢印キーでカーソルを動かし、スペースで描きます。',
  hint: '斜線の部分は無視されます。ヒートは周囲に少し広がるため、無視したい部分より広めに囲んでください。次の検査から、このレシピのすべての写真に適用されます。',
  corner: '対角へ移動し、スペースまたは Enter を押してください。',
  share: (share) => `${share} を無視`,
  whole: '写真全体を検査します。',
  nothing: '検査する部分がありません。少なくとも一か所を検査にしてください。',
  tooFine: '範囲の細かい部分が多すぎて保存できません。大きなブラシで整えてください。',
  use: 'この範囲を使う',
  legend: (share) => `無視：写真の ${share}`,
  draft: 'まだレシピに保存されていません。ここのスコアにはまだ反映されていません。',
  ignored: '無視',
  drawn: '検査範囲を描きました。レシピに保存すると、次の検査から使われます。',
  follow: '範囲を部品に追従',
  followHover:
    '部品のずれ（写真の 4 分の 1 まで）や回転に、検査範囲が追従します。見つからない部品は検査されず、人の判断に委ねられます。',
  turned: '許容する部品の回転',
  upTo: (degrees) => `${degrees}° まで回転`,
  anyAngle: '任意の角度',
  stays: 'いいえ：範囲は固定',
  unfit:
    'この部品には追従できません。検査範囲にはっきりした輪郭が少なすぎるか、複数の位置で同じに見えます。輪郭をもっと含める、許容する回転を減らす、または範囲を固定してください。',
  moved: (turn, right, down, likeness) =>
    `部品に追従：回転 ${turn}°、右 ${right} px、下 ${down} px、類似度 ${likeness}`,
  lost: 'ここでは部品が見つかりませんでした。検査範囲の位置が決まりません。',
  looking: '部品を探しています…',
  anew: 'ここでは部品が見つからず、検査範囲を表示できません。新しく描き始めます。',
  followLater: '写真を読み込み中です。写真がないと、範囲は部品に追従できません。',
  followNever: '写真がないため、範囲は部品に追従できません。範囲を固定するか、別の部品で描いてください。',
};

export const reference: Texts['reference'] = {
  title: '見本',
  hover: '並べて表示：これに最も似た良品',
  name: (name) => `見本：${name}`,
  here: 'この検査から',
  from: (source, when) => `${source}、${when} から`,
  fromLot: (lot, when) => `ロット ${lot}、${when} から`,
  okBy: (who) => `${who} が OK と判定`,
  good: (score) => `良品、${score}`,
  alike: (similarity) => `画像全体の類似度：${similarity}（1 = 同じ）`,
  looking: '最も似た良品を探しています…',
  none: 'この製品にはほかに良品がまだありません。OK と判定した部品がここに表示されます。',
  notComparable: 'この部品は比較できません。検査されていないか、以前のバージョンの Loupe で検査されました。',
  noPhotograph: '見本の写真を表示できません。',
};
