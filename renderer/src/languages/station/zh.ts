// Simplified Chinese: the texts of what surrounds judging: sources, scanner, changing a recipe, printing, the native menu.
// Runs anywhere; loaded with its language.
import * as format from '../../lib/format.ts';
import type { Texts } from '../catalogue.ts';

const parts = (n: number): string => `${format.count(n)} 件`;

export const station: Texts['station'] = {
  menu: {
    file: '文件(&F)',
    openFolder: '检测文件夹(&O)…',
    openFiles: '检测照片(&P)…',
    pauseRun: '暂停或继续检测(&U)',
    stopRun: '停止检测(&S)',
    print: '打印当前内容(&R)…',
    quit: '退出(&Q)',
    edit: '编辑(&E)',
    undo: '撤销上一次判定(&T)',
    cut: '剪切(&X)',
    copy: '复制(&C)',
    paste: '粘贴(&V)',
    selectAll: '全选(&A)',
    view: '视图(&V)',
    overlay: '显示或隐藏热图(&H)',
    larger: '放大(&L)',
    smaller: '缩小(&M)',
    fullScreen: '全屏(&F)',
    help: '帮助(&H)',
    keys: '快捷键(&K)',
    guide: '指南(&G)',
    diagnostics: '诊断(&D)',
    about: '关于 Loupe(&A)',
    chooseFolder: '照片文件夹',
    chooseFiles: '照片',
  },

  watch: {
    label: '检测对象',
    once: '现有照片',
    names: { all: '现有照片和今后新到的照片', new: '仅今后新到的照片' },
    hint: '只读取文件夹，绝不改动。正在写入的文件会等到写完再检测。',
    resting: {
      paused: '已暂停',
      waiting: '正在等待照片',
      unreachable: '无法访问文件夹，Loupe 会继续尝试',
    },
    on: '监视中',
    counts: (done, total) =>
      done === total ? `已检测 ${parts(done)}` : `${format.count(done)} / ${parts(total)}`,
    ended: (done) => `监视已结束，已检测 ${parts(done)}`,
    again: '重新监视',
    emptyTitle: '正在等待照片',
    empty: (source) => `进入“${source}”的照片会被检测并显示在这里，最新的在前。`,
    pause: '暂停',
    goOn: '继续',
  },

  runs: {
    find: '查找检测记录',
    hint: '查找：零件、批次、配方、文件夹',
    none: (search) => `没有检测记录的零件、批次、配方或文件夹含“${search}”。`,
    lot: (lot) => `批次 ${lot}`,
  },

  scan: {
    pick: '配方的名称或编号',
    pickHint: '名称、编号或扫码',
    unknown: (code) => `没有名称或编号为“${code}”的配方。`,
    recipe: (name) => `已选配方“${name}”`,
    lot: (lot) => `已填批次“${lot}”`,
    part: (name) => `已找到：${name}`,
    undo: '撤销',
    title: '条码扫描器',
    prefix: '每个条码前的字符',
    prefixHint:
      '请把扫描器设为先发送此字符，最后发送回车。条码可选择配方（名称，或 R 加编号）、查找零件，或作为批次。',
  },

  recipe: {
    number: (id) => `编号 ${format.count(id)}`,
    change: '修改',
    title: (name, version) => `修改“${name}”：版本 ${version}`,
    byPack: '按模型包',
    methods: {
      base: 'BASE：把图块与描述词比较',
      sdp: 'SDP：在四个深度上比较',
      'sdp+': 'SDP+：使用训练头',
    },
    methodHint: 'SDP+ 需要训练头：请先用已判定的零件训练。',
    taps: { official: '官方', clean: '净化' },
    sigmaHint: '像素；空白：按模型包',
    scaleNames: (scales) =>
      scales.length === 1 ? '仅整张照片' : `另加分块，${scales.slice(1).join('、')} 倍`,
    heatOwn: '自定热图色标',
    heatLo: '从',
    heatHi: '到',
    consequences: '修改的影响',
    because: {
      scores: (at) =>
        `分数会改变。阈值 ${format.score(at.review)} 和 ${format.score(at.reject)} 是按旧分数设定的：请检测已知零件并重新设定。`,
      slower: (times) => `每张照片约需 ${format.count(times)} 倍时间。`,
      faster: (times) => `每张照片的时间约减为 ${format.count(times)} 分之一。`,
      headLost: '训练头属于以前的描述词、方法和抽取层，此版本不使用它。',
      noHead: '不能使用 SDP+：没有训练头。',
      colours: '热图颜色会改变；分数和判定不变。',
      renamed: '带旧名称的标签和条码将找不到它。',
      words: '照片将与其他描述词比较。',
    },
    badHeat: '色标需要两个数字，前者小于后者。',
    badSigma: '平滑范围为 0 到 256 像素。',
    nothing: '尚未修改。',
    keep: (version) => `存为版本 ${version}`,
  },

  print: {
    at: (when) => `打印于 ${when}`,
    run: (id, started) => `检测 ${format.count(id)}，开始于 ${started}`,
    thresholds: (at) => `从 ${format.score(at.review)} 起复检，从 ${format.score(at.reject)} 起拒收`,
    code: (code) => `历史记录代码：${code}`,
    shown: (n, of) => `本页显示 ${format.count(n)} / ${parts(of)}`,
    model: (pack, method) => `${pack}，方法 ${method}`,
  },
};
