// Japanese: the texts of diagnostics, support bundle, updates and guides, and of their errors.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { SupportTexts } from './shape.ts';

export const support: SupportTexts = {
  title: '診断',
  back: '戻る',
  open: '診断',
  checks: '点検',
  runAll: 'すべて点検する',
  running: '点検中…',
  again: (check) => `もう一度点検：${check}`,
  states: { ok: '正常', warning: '注意', failed: '異常', waiting: '未点検' },
  allWell: (n) => `${format.count(n)} 項目すべて正常です。`,
  someFailed: (failed, of) => `${format.count(of)} 項目のうち ${format.count(failed)} 項目が異常です。`,
  names: {
    policy: 'IT 部門の規則',
    data: 'データフォルダーへの書き込み',
    disk: '空き容量',
    database: 'データベースの整合性',
    model: 'モデルの数値',
    services: 'サービス',
    logs: 'ログ',
    crashes: 'クラッシュダンプ',
  },
  noPolicy: '規則はありません。',
  facts: {
    program: 'プログラム',
    built: '動作環境',
    node: 'Node',
    system: 'システム',
    computer: 'プロセッサー',
    memory: '空きメモリー',
    dataFolder: 'データフォルダー',
    policyFile: '規則',
    disabled: '無効',
    idleLock: 'ロックまでの分数',
    device: '計算デバイス',
    drawing: '描画',
    started: '起動',
    file: '場所',
    size: 'サイズ',
    free: '空き',
    schema: 'スキーマ',
    sqlite: 'SQLite',
    pack: 'モデルパック',
    files: 'ファイル',
    difference: '差',
    allowed: '許容値',
    running: '動作中',
    deaths: '再起動回数',
    count: '数',
    newest: '最新',
  },
  bytes: (megabytes) => `${format.count(megabytes)} MB`,
  little: '1 MB 未満',
  computer: 'このコンピューター',
  report: 'レポート',
  copy: 'レポートをコピー',
  copied: 'レポートをクリップボードにコピーしました。',
  save: 'レポートを保存…',
  print: '印刷…',
  saved: (path) => `${path} に書き込みました`,
  bundle: 'サポート用ファイル',
  bundleHint:
    '支援する人に渡す zip ファイルです。写真、ヒートマップ、PIN は入りません。内容は次のとおりです：',
  bundleShow: '内容を表示',
  bundleSave: 'サポート用ファイルを保存…',
  update: '更新',
  updateHint:
    'フォルダーまたは USB メモリーから。Loupe はネットワークを使わず、署名、インストーラー、履歴を確かめます。',
  updateCheck: '更新を確認…',
  updateOther: '別のフォルダー…',
  checking: '更新を確認中…',
  relation: {
    newer: (version, present) =>
      `バージョン ${version} は署名が有効で、破損もありません。現在は ${present} です。`,
    same: (version) =>
      `バージョン ${version} は署名が有効で、破損もありません。現在動いているものと同じです。`,
    older: (version, present) =>
      `バージョン ${version} は署名が有効で破損もありませんが、現在の ${present} より古いものです。履歴は読めます。`,
  },
  install: (version) => `${version} をインストール`,
  installHint: '先に履歴をバックアップします。その後 Loupe が終了し、インストーラーが始まります。',
  installing: '履歴をバックアップ中…',
  command: 'インストーラーを確認してコピーしました。管理者が次のコマンドでインストールします：',
  backedUp: (path) => `履歴を ${path} にバックアップしました`,
  packs: 'モデルパック',
  takePack: (pack) => `${pack} をインストール`,
  packThere: (pack) => `${pack} はインストール済みです。`,
  off: 'IT 部門がこの機能を無効にしています。',
  guides: 'ガイド',
  contents: '目次',
  guideNames: {
    operator: '検査と判定',
    engineer: 'レシピの準備',
    it: 'インストールと管理',
    validation: '適格性評価',
    changes: '変更点',
  },
  english: 'ガイドは英語です。',
  noGuide: 'このガイドを表示できません。',
};

export const supportErrors = {
  'data.not_writable': [
    'Loupe はデータフォルダーに何も保存できません：{path}',
    'フォルダーの権限と空き容量を確認するか、--data で別のフォルダーを指定して Loupe を起動してください。',
  ],
  'selftest.failed': [
    'モデルパック「{pack}」はこのデバイスで正しい数値を出しません',
    '--device cpu を指定してください。それでも失敗する場合は、モデルを読み込み直してください。',
  ],
  'policy.invalid': [
    'IT 部門の規則を読めません：{path}',
    'IT 部門に知らせてください。規則なしでは Loupe は起動しません（docs/guides/it.md）。',
  ],
  'policy.forbidden': ['IT 部門がこの機能を無効にしています', '必要な場合は IT 部門に尋ねてください。'],
  'update.no_key': [
    'この Loupe は更新を確認できません',
    '新しいバージョンを手動でインストールするか、このプログラムの入手元を確認してください。',
  ],
  'update.none': [
    '{folder} に更新はありません',
    'インストーラーと loupe-release.json のあるフォルダーを選んでください。',
  ],
  'update.signature': [
    'この更新はこの Loupe の作成者のものではありません：{folder}',
    'インストールしないでください。入手元からもう一度入手してください。',
  ],
  'update.invalid': ['更新の一覧を使えません：{folder}', '更新を入手元からもう一度入手してください。'],
  'update.wrong_file': [
    'インストーラーが壊れているか変更されています：{file}',
    'インストールしないでください。入手元からもう一度コピーしてください。',
  ],
  'update.other_system': [
    '更新にこのコンピューター用のインストーラーがありません',
    'このシステム用のインストーラーを入手してください。',
  ],
  'update.downgrade': [
    'この古いバージョンの Loupe はもう履歴を読めません',
    '現在のバージョンを使い続けるか、古いバージョンを手動でインストールして当時のバックアップを復元してください。',
  ],
  'update.not_started': [
    'インストーラーを起動できませんでした：{path}',
    '手動で起動してください。確認は済んでいます。',
  ],
} as const;
