// Japanese: the texts of challenges, of the story of a part, and of the search.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { Catalogue, Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} 個の部品`;

export const challenge: Texts['history']['challenge'] = {
  title: '既知部品による確認試験',
  hint: '良否がわかっている部品です。レシピがすべてを正しく判定する必要があります。結果は証明書とともに履歴に保存されます。',
  none: '確認試験はまだありません。',
  of: (recipe, version, ok, ng) =>
    `${recipe}（現在は第 ${format.count(version)} 版）・OK ${format.count(ok)} 個、NG ${format.count(ng)} 個`,
  neverRun: 'まだ実施していません。',
  told: (passed, right, of) =>
    `${passed ? '合格' : '不合格'}、${format.count(of)} 個中 ${format.count(right)} 個を正しく判定`,
  due: {
    missing: '本日分がまだです。',
    failed: '本日は不合格でした。原因が判明するまで検査結果を信頼しないでください。',
    changed: 'その後レシピが変わりました。もう一度必要です。',
  },
  dueTitle: (name, recipe) => `「${recipe}」の確認試験「${name}」。`,
  go: '確認試験へ',
  run: '実施',
  show: '前回の結果',
  daily: '毎日実施',
  giveUp: '使用をやめる',
  takeUp: '使用を再開',
  givenUp: '使用していません。結果は保存されています。',
  showGivenUp: (n) => `使用していないものも表示（${format.count(n)}）`,
  stopped: '確認試験が最後まで終わらなかったため、結果はありません。',
  inList: (name) => `確認試験：${name}`,
  results: '結果',
  certificate: '証明書',
  columns: { part: '部品', expected: '実際', machine: '機械', score: 'スコア', told: '判定結果' },
  outcomes: {
    right: '正しい',
    wrong: '誤り',
    changed: '写真が変更されています',
    missing: '写真がありません',
    failed: '検査できませんでした',
  },
  create: '新しい確認試験',
  from: '既知部品',
  fromRun: (ok, ng) => `開いている検査で判定済み：OK ${format.count(ok)} 個、NG ${format.count(ng)} 個`,
  fromChosen: (ok, ng) => `開いている検査で選択中：OK ${format.count(ok)} 個、NG ${format.count(ng)} 個`,
  fromFolder: 'フォルダー',
  chooseFolder: 'フォルダーを選ぶ',
  folderHint:
    'フォルダー「good」と欠陥ごとのフォルダーがあるもの。判定済みの部品を使うには、先にその検査を開いてください。',
  reviewCounts: '要確認も正しい判定とみなす',
  make: 'この部品を登録',
  created: (name, ok, ng) =>
    `「${name}」を登録しました：OK ${format.count(ok)} 個、NG ${format.count(ng)} 個。`,
};

export const find: Texts['history']['find'] = {
  title: '部品を探す',
  hint: 'すべての検査から、名前の一部または番号で探します。どの部品も経緯を見られます。',
  label: '名前・シリアル・番号',
  find: '探す',
  found: (n, text) =>
    n === 0 ? `名前に「${text}」を含む部品はありません。` : `「${text}」を含む ${parts(n)}（新しい順）。`,
  atLeast: (n, text) => `「${text}」を含む新しい ${parts(n)}。名前を長くすると絞り込めます。`,
  columns: {
    part: '部品',
    run: '検査',
    inspected: '検査日時',
    machine: '機械',
    score: 'スコア',
    marked: '判定',
  },
};

export const story: Texts['history']['story'] = {
  button: '経緯',
  openHover: 'この部品に関するすべての記録：写真、レシピ、モデル、担当者、レポート',
  title: (name) => `${name} の経緯`,
  number: (id) => `部品 ${format.count(id)}`,
  open: '部品を開く',
  file: 'ファイル',
  photograph: '写真',
  noHash: 'ハッシュの記録なし',
  byCamera: 'カメラの時刻',
  byFile: 'ファイルの最終変更',
  run: '検査',
  runBy: (id, who, when) =>
    who === null ? `${format.count(id)}、${when} 開始` : `${format.count(id)}、${who} が ${when} に開始`,
  repeats: (id) => `検査 ${format.count(id)} の再検査`,
  isChallenge: '確認試験',
  recipe: 'レシピ',
  noRecipe: 'なし：品名を手入力',
  inspected: '検査日時',
  notYet: '未検査',
  words: '品名',
  model: 'モデル',
  head: '学習済みヘッド',
  device: 'デバイス',
  scales: (list) => `倍率 ${list}`,
  challenge: '直前の確認試験',
  noChallenge: 'この部品の検査前にはなし',
  challengeOf: (version, when) => `レシピ第 ${format.count(version)} 版、${when}`,
  second: '再判定',
  verdicts: '判定',
  noVerdicts: 'この部品は誰も判定していません。',
  takenBack: '取り消し',
  saw: (band, score) => `判定時の表示：${band}、${score}`,
  link: (n) => `ハッシュチェーン ${String(n)} 番目`,
  thresholds: 'この検査のしきい値',
  reports: 'この部品を含むレポート',
  noReports: '記録はありません。',
};

export const challengeErrors: Catalogue['errors'] = {
  'challenge.nothing': [
    '確認試験に使える既知部品がありません',
    '先に部品を OK と NG に判定するか、「good」と欠陥フォルダーのあるフォルダーを選んでください。',
  ],
  'challenge.too_many': ['確認試験の部品が多すぎます：{found}', '重要な部品を選んでください。'],
  'challenge.photograph': [
    'この写真は既知部品として登録できません：{path}',
    '写真を元に戻すか、その部品を外してください。',
  ],
  'challenge.ended': [
    'この確認試験は使用されていません',
    '使用を再開するか、別の確認試験を実施してください。',
  ],
};
