/** Owns what the desk says of objections that are answered together. Words in braces are filled in by the browser. */
import type { Words } from '../words.ts';

export const OBJECTION_DESK = {
  ticked: { zh: '已勾选 {count} / {all} 件', en: '{count} of {all} ticked' },
  none_ticked: { zh: '请至少勾选一件异议', en: 'Tick one objection or more' },
  sure: {
    zh: '用同一答复签名处理 {count} 件异议？每件单独签名，不能撤销。',
    en: 'Answer {count} {count|objection|objections} with this reason? Each is signed on its own, and cannot be taken back.',
  },
  working: { zh: '正在逐件签名答复', en: 'Signing the answers one by one' },
  answered: { zh: '已答复', en: 'answered' },
  moved: { zh: '已有变化，没有签名', en: 'moved on: not signed' },
  done: { zh: '已答复 {count} 件异议。', en: '{count} {count|objection was|objections were} answered.' },
  some: {
    zh: '已答复 {count} 件；另有 {moved} 件在打开之后有了变化，没有签名。',
    en: '{count} {count|was|were} answered; {moved} {moved|has|have} moved on since you opened them and {moved|was|were} not signed.',
  },
  stopped: {
    zh: '已停止：已答复 {count} 件，其余没有签名。填写的内容还在，可以继续。',
    en: 'Stopped: {count} {count|was|were} answered, the others were not signed. What you typed is still there: go on when you like.',
  },
} satisfies Record<string, Words>;
