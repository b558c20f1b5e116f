/**
 * Examples of openapi.json, taken from a run of the Worker with synthetic people and throw-away keys; a test holds
 * that each fits its schema.
 */
export const NUMBER = 'S000037000001263000001';
export const CODE = 'S000037000001';
/** Where the examples were taken; whoever shows them puts their own address in its place. */
export const HOST_OF_EXAMPLES = 'https://lz.example.cn';
export const ID = '0c6f3f0e-5f0d-4f5b-9d5e-2f6c1c7b8a90';
export const HOLDER = { name: '欧阳建国', id_number: '370102198504123118' };

/** The digits behind # in a QR code. */
export const DIGITS =
  '92900229466316491005087122523973415231439872123647513261287023479959657138770870448052618705032187510438239863005418220755183084334609124597962617475900744996234852506937651603380612875348905600291311953863331836619813222033';

/** A signed statement: here a client+jwt. */
export const TOKEN =
  'eyJhbGciOiJFUzI1NiIsInR5cCI6ImNsaWVudCtqd3QiLCJraWQiOiJNRklTUUZkenpWM21oOUtXdzJVcTk4Q2FFbW00RnBtQ0xGT1lrMlRyUzY0In0.eyJpc3MiOiJjZW50cmU6MzcwMSIsInN1YiI6Im9yZzpTMDAwMDM3MDAwMDAxIiwiY25mIjp7Imp3ayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMjU2IiwieCI6Ikt2Q0ZaX1dhMm1RbFBkNEstMy10TFVHZktSOTRfcVpjMXYwbzJKbjR4LWsiLCJ5IjoiX1JwMEN2U0VqY0NwNWRUMVNSVDdtTHVHYTYwaU9HcjdUbHhIN0htV0NHUSJ9fSwiaWF0IjoxNzk1NDcyMzk1LCJleHAiOjE4MjcwMDgzOTUsImp0aSI6ImRiOGNkZDIyLWViZmUtNGEzOC05MjRjLTk5M2QwYTM2NTJlYSJ9.ijKmqeETsbUNIybGFmv0FC_VFdGtJyk6n9rWghrnZRGeL3Vzy7vIj6FNKPh-b4WXlV4nFmSzoVj7MPF7dkFBJg';

/** A credential without disclosures. */
export const CREDENTIAL =
  'eyJhbGciOiJFUzI1NiIsInR5cCI6InZjK3NkLWp3dCIsImtpZCI6ImRpZDp3ZWI6bHouZXhhbXBsZS5jbjpvcmdzOlMwMDAwMzcwMDAwMDEjUzAwMDAzNzAwMDAwMS0xIn0.eyJAY29udGV4dCI6WyJodHRwczovL3d3dy53My5vcmcvbnMvY3JlZGVudGlhbHMvdjIiLCJodHRwczovL3B1cmwuaW1zZ2xvYmFsLm9yZy9zcGVjL29iL3YzcDAvY29udGV4dC0zLjAuMy5qc29uIiwiaHR0cHM6Ly9sei5leGFtcGxlLmNuL2NvbnRleHRzL3YxLmpzb25sZCJdLCJpZCI6Imh0dHBzOi8vbHouZXhhbXBsZS5jbi9jL1MwMDAwMzcwMDAwMDEyNjMwMDAwMDEiLCJ0eXBlIjpbIlZlcmlmaWFibGVDcmVkZW50aWFsIiwiT3BlbkJhZGdlQ3JlZGVudGlhbCIsIlZvY2F0aW9uYWxTa2lsbExldmVsQ2VydGlmaWNhdGUiXSwibmFtZSI6IuiBjOS4muaKgOiDveetiee6p-ivgeS5piIsImlzc3VlciI6eyJpZCI6ImRpZDp3ZWI6bHouZXhhbXBsZS5jbjpvcmdzOlMwMDAwMzcwMDAwMDEiLCJ0eXBlIjpbIlByb2ZpbGUiXSwibmFtZSI6Iua1juWNl-azieWfjuiBjOS4muWfueiureWtpuagoSJ9LCJ2YWxpZEZyb20iOiIyMDI2LTExLTIzVDIyOjE5OjU1WiIsImNyZWRlbnRpYWxTdWJqZWN0Ijp7InR5cGUiOlsiQWNoaWV2ZW1lbnRTdWJqZWN0Il0sImFjaGlldmVtZW50Ijp7ImlkIjoidXJuOmx1emhlbmc6YWNoaWV2ZW1lbnQ6MjAyMjo2LTMxLTAxLTAzOjMiLCJ0eXBlIjpbIkFjaGlldmVtZW50Il0sIm5hbWUiOiLnlLXlt6Ug5LiJ57qnL-mrmOe6p-W3pSIsImRlc2NyaXB0aW9uIjoi6IGM5Lia5oqA6IO9562J57qn6K6k5a6aIOeUteW3pSDkuInnuqcv6auY57qn5belIC8gVm9jYXRpb25hbCBza2lsbCBsZXZlbDogNi0zMS0wMS0wMyBMZXZlbCAzIC8gQWR2YW5jZWQiLCJjcml0ZXJpYSI6eyJuYXJyYXRpdmUiOiLnkIborrrnn6Xor4bkuI7mk43kvZzmioDog73ogIPmoLjlnYfovr7liLDlkIjmoLzmoIflh4YgLyBQYXNzZWQgYm90aCB0aGUgdGhlb3J5IGFuZCB0aGUgcHJhY3RpY2FsIGV4YW1pbmF0aW9uLiJ9fSwibnVtYmVyIjoiUzAwMDAzNzAwMDAwMTI2MzAwMDAwMSIsIm9jY3VwYXRpb24iOnsiY29kZSI6IjYtMzEtMDEtMDMiLCJuYW1lIjoi55S15belIiwiZWRpdGlvbiI6IjIwMjIifSwiam9iIjoiLS0iLCJsZXZlbCI6MywiZXhhbV9kYXRlIjoiMjAyNi0xMS0wMSIsIm1hc2tlZF9uYW1lIjoi5qynKioiLCJfc2QiOlsiQXh0cHNaNmdUY3pUa3FfTWtUcFEtYTJodDNpV3lhb25BZjFHUXdyTF9YayIsImRTT18tQ1BRZ0NWSlhhV2xPMVpvcEl4TTVHV3Vvblk3ZG1wZF9IWHpGbGMiLCJnbkNpZFUxQW15RXg5SGtBeEtvS0VhU3ZGZU56eXNjUlRLWFNlU3VxMVFFIl19LCJiYXRjaCI6ImJmY2JmMDg0Njg3MDYxZjVhYzBmZGIzZWUiLCJhcHByb3ZhbCI6IjE5ZmQwMDNmLTdjZWYtNDBlMS1hMjQ0LTJhZjY4ZGJiYWM5NyIsInNlYWxfZGlnZXN0IjoiTjl0MU12SExFbVY2cWN3NFRvTUl3S2Q5Z2RHbmZkVUkyc0RSNEwwWXdTdyIsImNyZWRlbnRpYWxTdGF0dXMiOnsiaWQiOiJodHRwczovL2x6LmV4YW1wbGUuY24vdjEvc3RhdHVzL2luYWN0aXZlLTEjNDg5NDgiLCJ0eXBlIjoiQml0c3RyaW5nU3RhdHVzTGlzdEVudHJ5Iiwic3RhdHVzUHVycG9zZSI6InJldm9jYXRpb24iLCJzdGF0dXNMaXN0SW5kZXgiOiI0ODk0OCIsInN0YXR1c0xpc3RDcmVkZW50aWFsIjoiaHR0cHM6Ly9sei5leGFtcGxlLmNuL3YxL3N0YXR1cy9pbmFjdGl2ZS0xIn0sIl9zZF9hbGciOiJzaGEtMjU2In0.Uk0IOh6hVim78ZI7zrl0gNdURXI502CxgHhIJhCFOxqVgFgnNXr0l5wzvLuBWFqI2dSmgZdY87N8IevWxax8nA~';

const CHECKS = [
  { id: 'number', result: 'pass' },
  { id: 'signature', result: 'pass' },
  { id: 'filing', result: 'pass' },
  { id: 'approval', result: 'pass' },
  { id: 'order', result: 'pass' },
  { id: 'log', result: 'not_checked', code: 'log_not_kept' },
  { id: 'document', result: 'not_checked', code: 'no_document' },
  { id: 'status', result: 'pass' },
];

const CERTIFICATE = {
  number: NUMBER,
  level: 3,
  level_name: '三级/高级工',
  organization: { code: 'S000037000001', name: '济南泉城职业培训学校' },
  occupation: { code: '6-31-01-03', name: '电工', edition: '2022' },
  job: '--',
  issued_on: '2026-11-24',
  exam_date: '2026-11-01',
  holder: { name: '欧**' },
  filed_by: 'centre:3701',
  filed_on: '2026-11-24',
  approved_by: ['centre:3701', 'centre:3700'],
  city_approved_on: '2026-11-24',
  approved_on: '2026-11-24',
};

export const REPORT = {
  verdict: 'valid',
  checks: CHECKS,
  certificate: CERTIFICATE,
  credential: CREDENTIAL,
  checked_at: '2026-11-23T22:19:55Z',
};

export const SEARCH = {
  results: [
    {
      ...REPORT,
      certificate: {
        ...CERTIFICATE,
        holder: { name: '欧阳建国', id_type: 'resident_id', id_number: '**************1018' },
      },
      proved: ['name', 'id_number'],
    },
  ],
};

export const CANDIDATE = {
  name: HOLDER.name,
  id_type: '居民身份证',
  id_number: HOLDER.id_number,
  occupation_code: '6-31-01-03',
  occupation_name: '电工',
  job_type: '--',
  level: '三级/高级工',
  score_theory: 80,
  score_practice: 85.5,
  exam_date: '2026-11-01',
};

export const CSV = `姓名,证件类型,证件号码,职业编码,职业名称,工种,等级,理论成绩,实操成绩,考试日期\n${Object.values(CANDIDATE).join(',')}\n`;

const problem = (code: string, status: number, title: string, detail: string, more: Record<string, unknown> = {}) => ({
  type: `urn:luzheng:problem:${code}`,
  title,
  status,
  detail,
  code,
  ...more,
});

export const PROBLEM = problem(
  'number_malformed',
  400,
  '证书编号格式不正确',
  'Position 16 (level) must be a digit from 1 to 5.',
  { part: 'level' },
);

export const MISSING = problem(
  'certificate_not_found',
  404,
  '本平台没有查到此编号的证书',
  'This register holds no certificate with this number. That does not mean that a certificate is false: check each digit.',
);

export const ROW_PROBLEM = problem(
  'rows_refused',
  422,
  '名单中有错误，未保存任何内容',
  '1 faults in the rows; nothing was stored. Correct the file and send it again.',
  {
    count: 1,
    errors: [
      {
        row: 2,
        field: 'id_number',
        code: 'id_number_check_digit',
        message: '证件号码校验位不符 / The check digit of the ID number does not match.',
      },
    ],
  },
);
