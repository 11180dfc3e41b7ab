// Simplified Chinese: the texts of inspection areas and of the reference part.
// Runs anywhere; loaded with its language.
import type { Texts } from '../catalogue.ts';

export const area: Texts['area'] = {
  title: '检测范围',
  open: '检测范围',
  openHover: '画出照片中哪些计入检测、哪些忽略',
  rectangle: '矩形',
  pen: '画出的部分',
  ignore: '忽略',
  inspect: '检测',
  ignoreAll: '全部忽略',
  inspectAll: '全部检测',
  label: '带检测范围的照片。方向键移动光标，空格键绘制。',
  hint: '斜线部分被忽略。热值会略微向外扩散，忽略的范围应略大于干扰本身。从下一次检测起，对使用该配方的所有照片生效。',
  corner: '移到对角，然后按空格或回车。',
  share: (share) => `忽略 ${share}`,
  whole: '检测整张照片。',
  nothing: '没有可检测的部分：请至少把一处标为检测。',
  tooFine: '范围的小块太多，无法保存。请用较大的画笔修整。',
  use: '使用此范围',
  legend: (share) => `忽略：照片的 ${share}`,
  draft: '尚未保存到配方。这里的分数仍未使用它。',
  ignored: '已忽略',
  drawn: '检测范围已画好。保存到配方后，下一次检测即使用。',
  follow: '范围跟随零件',
  followHover: '零件移动（最多照片的四分之一）或转动时，检测范围随之移动。找不到的零件不检测，留给人工判断。',
  turned: '零件最多可转动多少',
  upTo: (degrees) => `最多转动 ${degrees}°`,
  anyAngle: '任意角度',
  stays: '否：范围固定',
  unfit:
    '无法跟随此零件：检测范围内清晰的边缘太少，或多个位置看起来相同。请把更多轮廓纳入范围、减小允许的转动，或让范围固定。',
  moved: (turn, right, down, likeness) =>
    `跟随零件：转动 ${turn}°，向右 ${right} 像素，向下 ${down} 像素，相似度 ${likeness}`,
  lost: '此处未找到零件：无法确定检测范围的位置。',
  looking: '正在查找零件…',
  anew: '此处未找到零件，无法显示检测范围：请重新绘制。',
  followLater: '照片正在载入：没有照片，范围无法跟随零件。',
  followNever: '没有照片，范围无法跟随零件：请让范围固定，或在另一个零件上绘制。',
};

export const reference: Texts['reference'] = {
  title: '参考件',
  hover: '旁边显示：与此件最相似的合格件',
  name: (name) => `参考件：${name}`,
  here: '来自本次检测',
  from: (source, when) => `来自 ${source}，${when}`,
  fromLot: (lot, when) => `来自批次 ${lot}，${when}`,
  okBy: (who) => `${who} 判为合格`,
  good: (score) => `良好，${score}`,
  alike: (similarity) => `整幅图像的相似度：${similarity}；1 = 相同`,
  looking: '正在查找最相似的合格件…',
  none: '该产品还没有其他合格件。把某件标为合格，它就会显示在这里。',
  notComparable: '此件无法比较：未经检测，或由早期版本的 Loupe 检测。',
  noPhotograph: '无法显示参考件的照片。',
};
