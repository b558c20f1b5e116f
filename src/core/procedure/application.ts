/**
 * What an application says (申报): the form of annex 1 (社会培训评价组织基本情况表), the work plan of annex 2 (工作方案, seven
 * headings) and attachments; and the bodies of the steps of devices, losses, standing and rules.
 */
import * as v from 'valibot';
import { encodeUtf8 } from '../../base/bytes.ts';
import { publicJwk } from '../keys.ts';
import { checkUscc } from '../number.ts';
import { MAX_TEXT_BYTES } from '../rows/row.ts';
import { nameFlaw } from '../rows/row-values.ts';
import {
  centre,
  day,
  files,
  level,
  line,
  list,
  occupationCode,
  organizationCode,
  salt,
  text,
  whole,
} from './body-shapes.ts';

/** 机构性质. */
export const NATURES = ['enterprise', 'association', 'university', 'technical_school', 'training_school'] as const;
export const PURPOSES = ['new', 'change', 'extend'] as const;
/** The seven headings of annex 2, in its order. */
export const HEADINGS = [
  'overall',
  'organization',
  'occupations',
  'process',
  'content',
  'safeguards',
  'other',
] as const;
/** The three pledges (诚信承诺). */
export const PLEDGES = ['truthful', 'public_benefit', 'supervision'] as const;

const uscc = v.pipe(
  v.string(),
  v.trim(),
  v.toUpperCase(),
  v.check(
    (value) => !('fault' in checkUscc(value)),
    '统一社会信用代码校验不符，请逐位核对 / the check character of the unified social credit code does not match',
  ),
);
const phone = v.pipe(
  line(30),
  v.regex(
    /^[0-9+()\- ]{5,30}$/,
    '电话只含数字、加号、括号和连字符 / a telephone number has digits, +, brackets and hyphens',
  ),
);
const email = v.pipe(line(254), v.email('电子邮箱格式不正确 / not an e-mail address'));

/** 拟开展职业技能等级认定的职业（工种）及评价规范情况, one line of its table. */
const bytesFit = (text: string): boolean => encodeUtf8(text).length <= MAX_TEXT_BYTES;
const TOO_LONG = `最多 ${MAX_TEXT_BYTES} 字节（${Math.floor(MAX_TEXT_BYTES / 3)} 个汉字） / at most ${MAX_TEXT_BYTES} bytes in UTF-8`;
const FORMULA = '职业、工种的名称不以 = + - @ 开头 / names of occupations and jobs do not begin with = + - @';

const occupationLine = v.strictObject({
  // What could not be filed, or not be uploaded under the filing, is said here.
  name: v.pipe(
    line(85),
    v.check(bytesFit, TOO_LONG),
    v.check((name) => nameFlaw(name) !== 'formula', FORMULA),
    v.check((name) => nameFlaw(name) !== 'none', '请写明职业名称 / an occupation has a name'),
  ),
  job: v.optional(
    v.pipe(
      line(85),
      v.check(bytesFit, TOO_LONG),
      v.check((job) => nameFlaw(job) !== 'formula', FORMULA),
    ),
  ),
  code: occupationCode,
  /** 有无职业标准或评价规范: its name, or 无. */
  standard: line(200),
  /** 评价经历时. */
  experience: line(100),
  /** 已评价人数. */
  assessed: whole(0, 10_000_000),
  levels: list(level, 5, 1),
});

const basicForm = v.strictObject({
  name: line(100),
  address: line(200),
  uscc,
  /** 注册登记机构. */
  registrar: line(100),
  nature: v.picklist(NATURES),
  legal_representative: line(50),
  /** 注册资金, as written. */
  registered_capital: line(50),
  contact: line(50),
  position: line(50),
  phone,
  email,
  occupations: list(occupationLine, 500, 1),
  /** 三、组织优势、专业优势等情况; 四、场地设备等情况; 五、专职人员和考评人员等情况. */
  strengths: text(10_000),
  premises: text(10_000),
  staff: text(10_000),
  pledges: v.strictObject({ truthful: v.literal(true), public_benefit: v.literal(true), supervision: v.literal(true) }),
  /** 法定代表人（签字）: who pledges. */
  signed_by: line(50),
});

const workPlan = v.strictObject({
  overall: text(20_000),
  organization: text(20_000),
  occupations: text(20_000),
  process: text(20_000),
  content: text(20_000),
  safeguards: text(20_000),
  other: v.optional(text(20_000)),
});

const applying = v.pipe(
  v.strictObject({
    salt,
    purpose: v.picklist(PURPOSES),
    /** Whose filing is to be changed or extended. */
    organization: v.optional(organizationCode),
    /** The centre that is to file: the city's, or the province's for bodies of provincial rank. */
    centre,
    /** Public key of whoever applies. */
    key: publicJwk,
    /** 年度评价规模. */
    annual_capacity: whole(1, 10_000_000),
    form: basicForm,
    work_plan: workPlan,
    files,
  }),
  v.forward(
    v.check(
      ({ purpose, organization }) => (purpose === 'new') === (organization === undefined),
      '变更和延续要写明机构编码，首次申报不写 / a change or an extension names the organization, a first application does not',
    ),
    ['organization'],
  ),
);

export const reason = v.strictObject({ reason: text(4000) });
const optionalNote = v.strictObject({ note: v.optional(text(4000)) });
const rule = v.strictObject({ title: line(100), text: text(50_000) });

export const APPLICATION_BODIES = {
  'application.submit': applying,
  'application.amend': applying,
  'application.return': reason,
  'application.decline': reason,
  'application.clear': reason,
  'application.select': v.strictObject({
    organization: organizationCode,
    filing: line(128),
    client: v.optional(line(128)),
    note: v.optional(text(4000)),
    /** Why less was granted than asked for. */ reason: v.optional(text(4000)),
  }),
  'application.withdraw': optionalNote,
  'device.request': v.strictObject({
    salt,
    organization: organizationCode,
    key: publicJwk,
    label: line(60),
    holder: line(50),
    why: v.picklist(['second', 'replacement', 'loss']),
    note: v.optional(text(1000)),
  }),
  'device.endorse': optionalNote,
  'device.grant': v.strictObject({ client: line(128) }),
  'device.refuse': reason,
  'loss.report': reason,
  'loss.close': optionalNote,
  'standing.suspend': v.strictObject({ reason: text(4000), until: v.optional(day) }),
  'standing.resume': reason,
  /** 考务管理、质量管理、证书管理、收费标准: all four, published together (notice 2020, 六（三）). */
  'rules.publish': v.strictObject({ version: line(40), exam: rule, quality: rule, certificates: rule, fees: rule }),
} as const;

export type Application = v.InferOutput<typeof applying>;
export type Rules = v.InferOutput<(typeof APPLICATION_BODIES)['rules.publish']>;
export type DeviceRequest = v.InferOutput<(typeof APPLICATION_BODIES)['device.request']>;
