// Japanese: the texts of what surrounds judging: sources, scanner, changing a recipe, printing, the native menu.
// Runs anywhere; loaded with its language.
import * as format from '../../lib/format.ts';
import type { Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} 個`;

export const station: Texts['station'] = {
  menu: {
    file: 'ファイル(&F)',
    openFolder: 'フォルダーを検査(&O)…',
    openFiles: '写真を検査(&P)…',
    pauseRun: '検査を一時停止または続行(&U)',
    stopRun: '検査を停止(&S)',
    print: '表示内容を印刷(&R)…',
    quit: '終了(&Q)',
    edit: '編集(&E)',
    undo: '直前の判定を取り消す(&T)',
    cut: '切り取り(&X)',
    copy: 'コピー(&C)',
    paste: '貼り付け(&V)',
    selectAll: 'すべて選択(&A)',
    view: '表示(&V)',
    overlay: 'ヒートマップの表示/非表示(&H)',
    larger: '拡大(&L)',
    smaller: '縮小(&M)',
    fullScreen: '全画面(&F)',
    help: 'ヘルプ(&H)',
    keys: 'キー操作(&K)',
    guide: 'ガイド(&G)',
    diagnostics: '診断(&D)',
    about: 'Loupe について(&A)',
    chooseFolder: '写真のフォルダー',
    chooseFiles: '写真',
  },

  watch: {
    label: '対象の写真',
    once: '今ある写真',
    names: { all: '今ある写真と、今後届く写真', new: '今後届く写真のみ' },
    hint: 'フォルダーは読むだけで、変更しません。書き込み中のファイルは、書き終わってから検査します。',
    resting: {
      paused: '一時停止中',
      waiting: '写真を待っています',
      unreachable: 'フォルダーにアクセスできません。再試行を続けます',
    },
    on: '監視中',
    counts: (done, total) =>
      done === total ? `${parts(done)}を検査しました` : `${parts(total)}中 ${format.count(done)} 個`,
    ended: (done) => `監視終了、${parts(done)}を検査済み`,
    again: '監視を再開',
    emptyTitle: '写真を待っています',
    empty: (source) => `「${source}」に届いた写真を検査し、新しい順にここに表示します。`,
    pause: '一時停止',
    goOn: '再開',
  },

  runs: {
    find: '検査を探す',
    hint: '検索：部品、ロット、レシピ、フォルダー',
    none: (search) => `部品、ロット、レシピ、フォルダーに「${search}」を含む検査はありません。`,
    lot: (lot) => `ロット ${lot}`,
  },

  scan: {
    pick: 'レシピの名前か番号',
    pickHint: '名前・番号・スキャン',
    unknown: (code) => `名前か番号が「${code}」のレシピはありません。`,
    recipe: (name) => `レシピ「${name}」を選びました`,
    lot: (lot) => `ロット「${lot}」を入力しました`,
    part: (name) => `見つかりました：${name}`,
    undo: '元に戻す',
    title: 'バーコードスキャナー',
    prefix: 'コードの前に送る文字',
    prefixHint:
      'スキャナーが最初にこの文字、最後に Enter を送るように設定してください。コードでレシピの選択（名前、または R と番号）、部品の検索、ロットの入力ができます。',
  },

  recipe: {
    number: (id) => `番号 ${format.count(id)}`,
    change: '変更',
    title: (name, version) => `「${name}」を変更：第 ${version} 版`,
    byPack: 'モデルパックの推奨値',
    methods: {
      base: 'BASE: 画像の各部を品名と比べる',
      sdp: 'SDP: 四つの深さで比べる',
      'sdp+': 'SDP+: 学習済みヘッドを使う',
    },
    methodHint: 'SDP+ には学習済みヘッドが必要です。先に判定済みの部品から学習してください。',
    taps: { official: '公式', clean: 'クリーン' },
    sigmaHint: 'ピクセル。空欄はパックの推奨値',
    scaleNames: (scales) =>
      scales.length === 1 ? '写真全体のみ' : `タイルも検査、${scales.slice(1).join('、')} 倍`,
    heatOwn: '独自のヒートスケール',
    heatLo: '下端',
    heatHi: '上端',
    consequences: 'この変更の影響',
    because: {
      scores: (at) =>
        `スコアが変わります。しきい値 ${format.score(at.review)} と ${format.score(at.reject)} は前のスコアのものです。既知の部品を検査して決め直してください。`,
      slower: (times) => `写真 1 枚に約 ${format.count(times)} 倍の時間がかかります。`,
      faster: (times) => `写真 1 枚の時間が約 ${format.count(times)} 分の 1 になります。`,
      headLost: '学習済みヘッドは前の品名、手法、取り出し層のものです。この版では使いません。',
      noHead: 'SDP+ は使えません。学習済みヘッドがありません。',
      colours: 'ヒートマップの色が変わります。スコアと判定は変わりません。',
      renamed: '前の名前のラベルやコードでは見つからなくなります。',
      words: '写真を別の品名と比べます。',
    },
    badHeat: 'スケールには二つの数値が必要で、下端は上端より小さくします。',
    badSigma: '平滑化は 0 から 256 ピクセルです。',
    nothing: 'まだ変更はありません。',
    keep: (version) => `第 ${version} 版として保存`,
  },

  print: {
    at: (when) => `印刷日時 ${when}`,
    run: (id, started) => `検査 ${format.count(id)}、開始 ${started}`,
    thresholds: (at) =>
      `${format.score(at.review)}\u00a0以上は要確認、${format.score(at.reject)}\u00a0以上は不良`,
    code: (code) => `履歴のコード：${code}`,
    shown: (n, of) => `このページに表示：${parts(of)}中 ${format.count(n)} 個`,
    model: (pack, method) => `${pack}、手法 ${method}`,
  },
};
