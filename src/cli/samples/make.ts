/**
 * Makes the sample files beside it: candidates.csv (synthetic people, most from Shandong) and scope.csv, which covers
 * them. Run with `node src/cli/samples/make.ts`. The seed is fixed, so the same files come out; a test compares them.
 * Nobody in them is real: names and ID numbers are drawn at random, and only their form and check character are right.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Level, levelName, levelWords } from '../../core/number.ts';
import { residentCheckCharacter } from '../../core/person.ts';
import { FIELDS } from '../../core/rows/row.ts';

const SEED = 20261101;
const COUNT = 200;

const words = (text: string) => text.trim().split(/\s+/);

interface Occupation {
  code: string;
  name: string;
  jobs: string[];
  levels: Level[];
  edition: string;
}
const OCCUPATIONS: readonly Occupation[] = [
  { code: '6-31-01-03', name: '电工', jobs: [], levels: [5, 4, 3, 2, 1], edition: '2022' },
  { code: '6-18-01-01', name: '车工', jobs: ['普通车工', '数控车工'], levels: [5, 4, 3, 2, 1], edition: '2022' },
  {
    code: '6-18-02-04',
    name: '焊工',
    jobs: ['电焊工', '气焊工', '钎焊工', '焊接设备操作工'],
    levels: [5, 4, 3, 2, 1],
    edition: '2022',
  },
  { code: '6-31-01-02', name: '机修钳工', jobs: [], levels: [4, 3, 2, 1], edition: '2022' },
  { code: '4-10-01-05', name: '养老护理员', jobs: [], levels: [5, 4, 3, 2, 1], edition: '2022' },
  {
    code: '4-04-05-05',
    name: '人工智能训练师',
    jobs: ['--', '数据标注员', '人工智能算法测试员'],
    levels: [5, 4, 3],
    edition: '2022',
  },
  { code: '4-10-01-02', name: '育婴员', jobs: [], levels: [5, 4, 3], edition: '2015' },
];

const SHANDONG =
  words(`370102 370103 370104 370105 370112 370113 370181 370202 370203 370211 370212 370281 370302 370303 370321
  370402 370403 370481 370502 370521 370602 370611 370681 370702 370705 370781 370802 370811 370882 370902 370911 370983
  371002 371081 371102 371121 371202 371302 371311 371321 371402 371426 371502 371521 371602 371626 371702 371721`);
const ELSEWHERE = words(
  '110105 120101 130102 140105 210102 230103 320106 330108 340104 410102 420106 430103 440305 500105 510104 610113',
);

const SURNAMES =
  words(`王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕
  苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 孔 孟 颜 曲 逄 綦 亓 矫 隋 鞠 欧阳 诸葛 司马 东方`);
const GIVEN = [
  ...'伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲建国华红梅春燕志鹏海波晓东鲁泉岱峰沂蒙泽宇梓涵浩然子轩雨桐欣怡俊凯思远佳琪',
];

/**
 * People whom a careless system gets wrong: rare characters, long minority names, names of two and of four characters.
 */
const UNUSUAL: readonly (readonly [name: string, region: string])[] = [
  ['张䶮', '370102'],
  ['王㛃', '370203'],
  ['李𬭎', '370602'],
  ['赵𫖯', '370702'],
  ['刘龑', '370811'],
  ['陈𬱖', '371302'],
  ['欧阳龑', '371402'],
  ['于〇', '371002'],
  ['孔令煊', '370881'],
  ['诸葛㛃', '371323'],
  ['迪丽努尔·艾合买提', '653101'],
  ['阿卜杜热西提·买买提依明', '652901'],
  ['古丽巴哈尔·阿卜杜克热木', '650102'],
  ['努尔艾合买提江·阿卜杜热合曼·伊力哈木江·买买提依明', '653201'],
  ['叶尔兰·别克波拉提', '654002'],
  ['扎西·次仁多吉', '540102'],
  ['阿依木·吉克', '513401'],
  ['孛儿只斤·巴特尔', '150102'],
];

const VISITORS: readonly (readonly [name: string, type: string, number: string])[] = [
  ['陈嘉欣', '港澳居民来往内地通行证', 'H08231657'],
  ['何咏琪', 'hk_macao_permit', 'M1046352901'],
  ['黃志豪', '回乡证', 'H11573920'],
  ['林怡君', '台湾居民来往大陆通行证', '08461937'],
  ['張家豪', '台胞证', '0394857201'],
  ["MARIA O'NEILL-SMITH", '护照', 'PX4081726'],
  ['NGUYEN VAN AN', 'passport', 'C7290316'],
  ['KIM MINJUN', '护照', 'M48201963'],
  ['JOHN F. CARTER', '护照', '530816274'],
  ['SATO YUKI', 'foreign_permanent_resident', 'JPN370072815036'],
];

/** mulberry32: small, seeded, the same everywhere. */
function seeded(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  return { next, between, pick };
}
type Dice = ReturnType<typeof seeded>;

const pad = (value: number, length = 2) => String(value).padStart(length, '0');

function eighteen(dice: Dice, head: string, age: number): string {
  const born = `${2025 - age}${pad(dice.between(1, 12))}${pad(dice.between(1, 28))}`;
  const digits = `${head}${born}${pad(dice.between(1, 398), 3)}`;
  const number = digits + residentCheckCharacter(digits);
  // Ends like a float: true for some people, but a sample should not have to argue.
  return number.endsWith('000') ? eighteen(dice, head, age) : number;
}

function person(dice: Dice, at: number, age: number): [name: string, type: string, number: string] {
  const born = dice.pick(['居民身份证', '居民身份证', '居民身份证', '身份证', 'resident_id']);
  if (at % 11 === 5 && UNUSUAL[(at - 5) / 11]) {
    const [name, region] = UNUSUAL[(at - 5) / 11] as (typeof UNUSUAL)[number];
    return [name, born, eighteen(dice, region, age)];
  }
  if (at % 11 === 8 && VISITORS[(at - 8) / 11]) return [...(VISITORS[(at - 8) / 11] as (typeof VISITORS)[number])];
  const name = dice.pick(SURNAMES) + Array.from({ length: dice.between(1, 2) }, () => dice.pick(GIVEN)).join('');
  if (at % 61 === 20) return [name, '港澳台居民居住证', eighteen(dice, dice.pick(['810000', '820000', '830000']), age)];
  if (at === 150) return ['DMITRI IVANOV', '外国人永久居留身份证', eighteen(dice, '937643', age)];
  return [name, born, eighteen(dice, dice.next() < 0.85 ? dice.pick(SHANDONG) : dice.pick(ELSEWHERE), age)];
}

const EXAM_DAYS = words(
  '2026-09-12 2026-09-13 2026-10-17 2026-10-18 2026-10-31 2026-11-07 2026-11-08 2026-11-14 2026-11-15',
);

function spellDay(dice: Dice, day: string): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return dice.pick([
    day,
    day,
    day,
    `${year}/${month}/${date}`,
    `${year}年${month}月${date}日`,
    `${year}.${month}.${date}`,
  ]);
}

const spellLevel = (dice: Dice, level: Level) =>
  dice.pick([levelName(level), levelName(level), String(level), levelWords(level).rank, levelWords(level).title]);

function score(dice: Dice): string {
  const points = dice.between(60, 98);
  return dice.next() < 0.2 ? `${points}.5` : String(points);
}

const toCsv = (lines: readonly (readonly string[])[]) => lines.map((cells) => `${cells.join(',')}\n`).join('');

export function makeCandidates(): string {
  const dice = seeded(SEED);
  const lines = Array.from({ length: COUNT }, (_, at) => {
    const occupation = dice.pick(OCCUPATIONS);
    const level = dice.pick(occupation.levels);
    const job = occupation.jobs.length === 0 ? dice.pick(['--', '--', '', '无']) : dice.pick(occupation.jobs);
    const [name, type, number] = person(dice, at, dice.between(18, 24) + (5 - level) * 6);
    return [
      name,
      type,
      number,
      occupation.code,
      occupation.name,
      job,
      spellLevel(dice, level),
      score(dice),
      score(dice),
      spellDay(dice, dice.pick(EXAM_DAYS)),
    ];
  });
  return toCsv([FIELDS, ...lines]);
}

export function makeScope(): string {
  const lines = OCCUPATIONS.map(({ code, name, jobs, levels, edition }) => [
    code,
    name,
    jobs.join(';'),
    levels.join(';'),
    edition,
  ]);
  return toCsv([['occupation_code', 'occupation_name', 'job_types', 'levels', 'edition'], ...lines]);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(new URL('candidates.csv', import.meta.url), makeCandidates());
  writeFileSync(new URL('scope.csv', import.meta.url), makeScope());
}
