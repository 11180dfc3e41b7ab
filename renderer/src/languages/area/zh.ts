// Simplified Chinese: the texts of inspection areas and of the reference part.
// Runs anywhere; loaded with its language.
import type { Texts } from '../catalogue.ts';

export const area: Texts['area'] = {
  title: '检查范围',
  open: '检查范围',
  openHover: '画出照片中哪些计入检查、哪些忽略',
  rectangle: '矩形',
  pen: '画出的部分',
  ignore: '忽略',
  inspect: '检查',
  ignoreAll: '全部忽略',
  inspectAll: '全部检查',
  label: '带检查范围的照片。方向键移动光标，空格键绘制。',
  hint: '斜线部分被忽略。热会稍微扩散：忽略的范围应大于干扰本身。从下一次检查起，对该配方的每张照片生效。',
  corner: '移到对角，然后按空格或回车。',
  share: (share) => `忽略 ${share}`,
  whole: '检查整张照片。',
  nothing: '没有剩下可检查的部分：请把某处标为检查。',
  tooFine: '范围的小块太多，无法保存。请用较大的画笔修整。',
  use: '使用此范围',
  legend: (share) => `忽略：照片的 ${share}`,
  draft: '尚未保存到配方。这里的分数仍未使用它。',
  ignored: '已忽略',
  drawn: '检查范围已画好。保存到配方后，下一次检查即使用。',
  follow: '区域跟随零件',
  followHover: '零件移动（最多照片的四分之一）或转动时，区域随之移动。找不到的零件不检测，留给人判断。',
  turned: '零件最多可转动多少',
  upTo: (degrees) => `最多转动 ${degrees}°`,
  anyAngle: '任意角度',
  stays: '否：区域固定',
  unfit:
    '无法跟随此零件：检测处清晰的边缘太少，或多个位置看起来相同。请检测更多轮廓、减小允许的转动，或让区域固定。',
  moved: (turn, right, down, likeness) =>
    `跟随零件：转动 ${turn}°，向右 ${right} 像素，向下 ${down} 像素，相似度 ${likeness}`,
  lost: '此处未找到零件：无法确定区域的位置。',
};

export const reference: Texts['reference'] = {
  title: '参考件',
  hover: '旁边显示：与此件最相似的合格件',
  name: (name) => `参考件：${name}`,
  here: '来自本次检查',
  from: (source, when) => `来自 ${source}，${when}`,
  fromLot: (lot, when) => `来自批次 ${lot}，${when}`,
  okBy: (who) => `${who} 判为合格`,
  good: (score) => `良好，${score}`,
  alike: (similarity) => `整幅图像的相似度：${similarity}；1 = 相同`,
  looking: '正在查找最相似的合格件…',
  none: '该产品还没有其他合格件。把某件标为合格，它就会显示在这里。',
  notComparable: '此件无法比较：未经检查，或由早期版本的 Loupe 检查。',
  noPhotograph: '无法显示参考件的照片。',
};
