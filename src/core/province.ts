/**
 * The province that a service is for: its code, its names and its cities, and the forms of codes and numbers that
 * follow from them. Another province is another configuration here; nothing else in src knows which one it is.
 */

export interface Province {
  /** GB/T 2260, the first two digits: positions 6 and 7 of an organization code, the first two of a centre's. */
  code: string;
  /** As texts name it. */
  name: string;
  english: string;
  /** Its cities by the last two digits of their centres' codes. */
  cities: Readonly<Record<string, string>>;
}

/** The province of this service. */
export const HERE = {
  code: '37',
  name: '山东省',
  english: 'Shandong',
  cities: {
    '01': '济南市',
    '02': '青岛市',
    '03': '淄博市',
    '04': '枣庄市',
    '05': '东营市',
    '06': '烟台市',
    '07': '潍坊市',
    '08': '济宁市',
    '09': '泰安市',
    10: '威海市',
    11: '日照市',
    13: '临沂市',
    14: '德州市',
    15: '聊城市',
    16: '滨州市',
    17: '菏泽市',
  },
} as const satisfies Province;

/** Code of the province's own centre. */
export const PROVINCE_CODE = `${HERE.code}00` as const;
/** The province's own centre as `iss` and `sub` of statements. */
export const PROVINCE_CENTRE = `centre:${PROVINCE_CODE}` as const;

/** The full name of a centre by its code of four digits (鉴定指导中心); undefined for a city that the province has not. */
export function centreName(code: string, { name, cities }: Province = HERE): string | undefined {
  const city = code.slice(2);
  const area = city === '00' ? name : cities[city];
  return area && `${area}职业技能鉴定指导中心`;
}

/** First halves of organization codes: S of training organizations, Y of employers (人社鉴发〔2019〕2号). */
export const codePrefixes = ({ code }: Province = HERE) => ({ S: `S0000${code}`, Y: `Y0000${code}` });

/** Sources of regular expressions, without anchors. */
export const patternsOf = ({ code }: Province = HERE) => ({
  /** A centre's code. */
  centreCode: `${code}\\d{2}`,
  centre: `centre:${code}\\d{2}`,
  organization: `[YS]\\d{4}${code}\\d{6}`,
  number: `[YS]\\d{4}${code}\\d{8}[1-5]\\d{6}`,
});

export const PATTERNS = patternsOf();
export const CENTRE_CODE = new RegExp(`^${PATTERNS.centreCode}$`);
export const CENTRE = new RegExp(`^${PATTERNS.centre}$`);
/** A centre or its code alone. */
export const CENTRE_OR_CODE = new RegExp(`^(centre:)?${PATTERNS.centreCode}$`);
export const ORGANIZATION_CODE = new RegExp(`^${PATTERNS.organization}$`);
export const ORGANIZATION = new RegExp(`^org:${PATTERNS.organization}$`);
export const NUMBER = new RegExp(`^${PATTERNS.number}$`);
