// Simplified Chinese: the texts of challenges, of the story of a part, and of the search.
// Runs anywhere (pure).
import * as format from '../../lib/format.ts';
import type { Catalogue, Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} 个零件`;

export const challenge: Texts['history']['challenge'] = {
  title: '用已知零件验证',
  hint: '用好坏已知的零件验证配方：必须全部判对。结果连同证书保存在历史中。',
  none: '还没有验证。',
  of: (recipe, version, ok, ng) =>
    `${recipe}，现为第 ${format.count(version)} 版 · 合格 ${format.count(ok)} 个，不良 ${format.count(ng)} 个`,
  neverRun: '从未进行。',
  told: (passed, right, of) =>
    `${passed ? '通过' : '未通过'}，${format.count(of)} 个中判对 ${format.count(right)} 个`,
  due: {
    missing: '今天应进行。',
    failed: '今天未通过：查明原因之前，请勿信任检测。',
    changed: '此后配方有改动：需要重新进行。',
  },
  dueTitle: (name, recipe) => `“${recipe}”的验证“${name}”。`,
  go: '前往验证',
  run: '进行',
  show: '上次结果',
  daily: '每天进行',
  giveUp: '停用',
  takeUp: '重新启用',
  givenUp: '已停用，结果仍保留。',
  showGivenUp: (n) => `也显示已停用的（${format.count(n)}）`,
  stopped: '验证没有做完，因此没有结果。',
  inList: (name) => `验证：${name}`,
  results: '结果',
  certificate: '证书',
  columns: { part: '零件', expected: '实际', machine: '机器', score: '分数', told: '结论' },
  outcomes: {
    right: '判对',
    wrong: '判错',
    changed: '照片被改动',
    missing: '照片不在了',
    failed: '无法检测',
  },
  create: '新建验证',
  from: '已知零件',
  fromRun: (ok, ng) => `打开的检测中已判定的：合格 ${format.count(ok)} 个，不良 ${format.count(ng)} 个`,
  fromChosen: (ok, ng) => `打开的检测中选中的：合格 ${format.count(ok)} 个，不良 ${format.count(ng)} 个`,
  fromFolder: '一个文件夹',
  chooseFolder: '选择文件夹',
  folderHint: '其中有文件夹“good”和各缺陷的文件夹。若要用已判定的零件，请先打开那次检测。',
  reviewCounts: '判为复检也算判对',
  make: '保存这些零件',
  created: (name, ok, ng) => `“${name}”已保存：合格 ${format.count(ok)} 个，不良 ${format.count(ng)} 个。`,
};

export const find: Texts['history']['find'] = {
  title: '查找零件',
  hint: '在所有检测中，按名称的一部分或编号查找。每个零件都有它的来历。',
  label: '名称、序列号或编号',
  find: '查找',
  found: (n, text) => (n === 0 ? `没有名称中含“${text}”的零件。` : `${parts(n)}含“${text}”，最新的在前。`),
  atLeast: (n, text) => `含“${text}”的最新 ${parts(n)}。名称写得越多，结果越少。`,
  columns: {
    part: '零件',
    run: '检测',
    inspected: '检测时间',
    machine: '机器',
    score: '分数',
    marked: '判定',
  },
};

export const story: Texts['history']['story'] = {
  button: '来历',
  openHover: '说明这个零件的一切：照片、配方、模型、人员、报告',
  title: (name) => `${name} 的来历`,
  number: (id) => `零件 ${format.count(id)}`,
  open: '打开零件',
  file: '文件',
  photograph: '照片',
  noHash: '没有记录哈希',
  byCamera: '按相机',
  byFile: '文件最后修改',
  run: '检测',
  runBy: (id, who, when) =>
    who === null ? `${format.count(id)}，开始于 ${when}` : `${format.count(id)}，由 ${who} 开始于 ${when}`,
  repeats: (id) => `重复检测 ${format.count(id)}`,
  isChallenge: '一次验证',
  recipe: '配方',
  noRecipe: '无：手工输入的描述词',
  inspected: '检测时间',
  notYet: '尚未检测',
  words: '描述词',
  model: '模型',
  head: '训练头',
  device: '设备',
  scales: (list) => `放大倍数 ${list}`,
  challenge: '此前的验证',
  noChallenge: '检测此零件之前没有',
  challengeOf: (version, when) => `配方第 ${format.count(version)} 版，${when}`,
  second: '二次复核',
  verdicts: '判定',
  noVerdicts: '没有人判定过此零件。',
  takenBack: '已撤回',
  saw: (band, score) => `当时显示 ${band}，${score}`,
  link: (n) => `哈希链第 ${String(n)} 条`,
  thresholds: '该检测的阈值',
  reports: '包含它的报告',
  noReports: '没有记录。',
};

export const challengeErrors: Catalogue['errors'] = {
  'challenge.nothing': [
    '没有可用于验证的已知零件',
    '请先把一些零件判为合格和不良，或选择含“good”和缺陷文件夹的文件夹。',
  ],
  'challenge.too_many': ['用于验证的零件太多：{found}', '请选择重要的零件。'],
  'challenge.photograph': ['这张照片不能作为已知零件：{path}', '请放回照片，或去掉这个零件。'],
  'challenge.ended': ['此验证已停用', '请重新启用，或进行另一个验证。'],
};
