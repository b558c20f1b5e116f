/** What people see: statuses, words, headers, and that nothing of a person stands in a public page. */
import { beforeAll, describe, expect, test } from 'vitest';
import { db, type Issued, idNumber, ORIGIN, workerFetch } from '../kit.ts';
import { CODE, certificates, corrected, get, NAME, number, pageOf, post, prepare } from './pages-kit.ts';

beforeAll(prepare);

describe('home and search', () => {
  test('the home page is a form that posts', async () => {
    const text = await pageOf(await get('/'), 200, 'public, max-age=60');
    expect(text).toContain('<form method="post" action="/search"');
    for (const id of ['search-number', 'search-name', 'search-id_number'])
      expect(text).toContain(`<label for="${id}">`);
    expect(text).not.toContain('value="S');
  });

  test.each([
    ['a number', () => ` ${number(0).toLowerCase()} `],
    ['full-width', () => number(0).replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
    ['a sentence', () => `我的证书编号是 ${number(0)}，请查`],
    ['an address without digits', () => `lz.example.cn/c/${number(0)}`],
  ])('%s alone leads to the page of the certificate', async (_, typed) => {
    const answer = await post('/search', { number: typed() });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('cache-control')]).toEqual([
      303,
      `/c/${number(0)}`,
      'no-store',
    ]);
  });

  test('several numbers are shown to choose from, and none is chosen', async () => {
    const text = await pageOf(
      await post('/search', { number: `${number(0)} ${number(1)}、S00003700000126300000` }),
      200,
    );
    expect(text).toContain('找到 2 个编号');
    for (const i of [0, 1]) expect(text).toContain(`href="/c/${number(i)}"`);
    expect(text).toContain('S00003700000126300000</span>');
    const both = await pageOf(await post('/search', { number: `${number(0)} ${number(1)}`, name: NAME }), 400);
    expect(both).toContain('请只填一个');
  });

  test('name and document number find all certificates of a person', async () => {
    const text = await pageOf(
      await post('/search', { name: '欧阳建国', id_number: idNumber(5).toLowerCase(), number: '' }),
      200,
    );
    expect(text).toContain('欧阳建国');
    expect(text).toContain(idNumber(5).slice(-4));
    expect(text).not.toContain(idNumber(5));
    expect(text).toContain('与登记一致的所填内容：姓名、证件号码');
    for (const words of ['核对了什么', '没有核对', '尚未建立公开日志']) expect(text).toContain(words);
  });

  test('what does not match is not found, with what was typed kept', async () => {
    for (const fields of [
      { name: '别人', id_number: idNumber(5) },
      { number: number(4), name: '别人' },
      { number: `${CODE}263999999`, name: '别人' },
    ]) {
      const text = await pageOf(await post('/search', fields as Record<string, string>), 404);
      expect(text).toContain('没有查到与所填内容相符的证书');
      expect(text).not.toMatch(/假|伪造|fake|forged|counterfeit/i);
      for (const value of Object.values(fields)) expect(text.split(`value="${value}"`)).toHaveLength(2);
      for (const value of Object.values(fields)) expect(text.split(value)).toHaveLength(2);
    }
  });

  test.each([
    [{}, 'number', '请填写证书编号'],
    [{ name: '王晓明' }, 'id_number', '请填写证件号码'],
    [{ id_number: '37' }, 'name', '请填写姓名'],
    [{ number: 'S0000370000012' }, 'number', '位数不对：证书编号共 22 位，为 1 个字母加 21 位数字，这里是 14 位'],
    [{ number: 'S000037000001269000001' }, 'number', '第 16 位（技能等级）应为 1 至 5'],
    [{ number: '1234567890123456' }, 'number', '16 位编号是国家职业资格证书的编号'],
    [{ number: 'SA00003700000126100000' }, 'number', '特级技师'],
    [{ number: `https://lz.example.com.cn/c/${CODE}263000001` }, 'number', '不是本平台的地址'],
    [{ number: 'https://[/c/1' }, 'number', '不是证书二维码的内容'],
    [{ number: 'https://lz.example.cn/other' }, 'number', '不是证书二维码的内容'],
    [{ number: '帮我查一下' }, 'number', '没有找到证书编号'],
    [{ number: '编号 S00003700000126300000，少一位' }, 'number', '这里是 21 位'],
  ])('a fault of the form stands beside its field: %j', async (fields, field, message) => {
    const text = await pageOf(await post('/search', fields as Record<string, string>), 400);
    const fault = text.indexOf(`id="search-${field}-fault"`);
    expect(fault).toBeGreaterThan(0);
    expect(text.slice(fault, fault + 200)).toContain(message);
    expect(text).toContain(`aria-describedby="search-${field}-fault`);
  });

  test('an entry can be too long', async () => {
    for (const [field, length] of [
      ['number', 2001],
      ['name', 201],
      ['id_number', 201],
    ] as const) {
      const text = await pageOf(await post('/search', { number: number(0), [field]: '9'.repeat(length) }), 400);
      expect(text).toMatch(new RegExp(`id="search-${field}-fault">内容过长`));
    }
  });

  test('the address of a QR code, pasted alone, is opened; its digits stay behind the #', async () => {
    const { seal_url } = certificates[0] as Issued;
    const answer = await post('/search', { number: seal_url });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(seal_url.slice(ORIGIN.length));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const said = await post('/search', { number: `扫码得到 ${seal_url}，请核对` });
    expect([said.status, said.headers.get('location')]).toEqual([303, seal_url.slice(ORIGIN.length)]);
  });
});

describe('the page of a certificate', () => {
  test('valid: who issued, filed and approved, what was checked and what was not', async () => {
    const text = await pageOf(await get(`/c/${number(0).toLowerCase()}`), 200);
    for (const words of [
      '此证书有效',
      'This certificate is valid',
      '济南泉城职业培训学校',
      '济南市职业技能鉴定指导中心',
      '山东省职业技能鉴定指导中心',
      '电工',
      '三级/高级工',
      '阿**',
      '尚未建立公开日志',
      'No public log',
      '没有核对',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain(NAME);
    expect(text).not.toContain(idNumber(1));
    // Since when, and by whom each: filed, approved twice, issued, checked.
    const day = '<time datetime="\\d{4}-\\d{2}-\\d{2}">\\d{4}-\\d{2}-\\d{2}</time>';
    for (const words of [
      `<p>济南市职业技能鉴定指导中心 ${day}</p><p>山东省职业技能鉴定指导中心 ${day}</p>`,
      `自 ${day} 起`,
      '颁发于 [\\d-]{10}，核对于 [\\d-]{10} [\\d:]{5}',
      `href="/organizations/${CODE}"`,
    ])
      expect(text).toMatch(new RegExp(words));
  });

  test('what chats show of an address says nothing of the certificate or its holder', async () => {
    for (const path of [`/c/${number(0)}`, `/c/${number(2)}`, '/']) {
      const text = await (await get(path)).text();
      expect([...text.matchAll(/<meta property="og:\w+" content="([^"]*)"/g)].map(([, content]) => content)).toEqual([
        '鲁证 · 职业技能等级证书查验',
        '打开后当场核对签名和当前状态，免费，无需注册。',
      ]);
      expect(/<title>([^<]*)/.exec(text)?.[1]).not.toMatch(/阿|欧|王/);
    }
  });

  test('revoked, suspended and replaced say so, in both languages', async () => {
    const revoked = await pageOf(await get(`/c/${number(2)}`), 200);
    for (const words of ['此证书已被撤销，不再有效', 'has been revoked', '颁发有误', 'issued in error', '北京时间'])
      expect(revoked).toContain(words);
    expect(revoked).not.toContain('此证书有效');
    expect(await pageOf(await get(`/c/${number(3)}`), 200)).toContain('此证书已被暂停');
    const replaced = await pageOf(await get(`/c/${number(1)}`), 200);
    expect(replaced).toContain('请以新证书为准');
    expect(replaced).toContain(`href="/c/${corrected.number}"`);
    expect(await pageOf(await get(`/c/${corrected.number}`), 200)).toContain(`href="/c/${number(1)}"`);
  });

  test('a row edited by hand is not valid, and cannot be downloaded', async () => {
    await db.prepare('UPDATE certificates SET level = 1 WHERE number = ?').bind(number(4)).run();
    const text = await pageOf(await get(`/c/${number(4)}`), 200);
    expect(text).toContain('核验未通过');
    expect(text).not.toContain('action="/c/');
    const refused = await pageOf(
      await post(`/c/${number(4)}/download`, { name: '欧阳建国', id_number: idNumber(5), want: 'pdf' }),
      409,
    );
    expect(refused).toContain('register_differs');
    await db.prepare('UPDATE certificates SET level = 3 WHERE number = ?').bind(number(4)).run();
  });

  test('unknown is not found, and nothing worse', async () => {
    const text = await pageOf(await get(`/c/${CODE}263999999`), 404);
    expect(text).toContain('没有查到此编号的证书');
    expect(text).not.toMatch(/假|伪造|fake|forged|counterfeit/i);
  });

  test.each([
    ['/c/S000037000001269000001', '第 16 位', '<mark>9</mark>'],
    ['/c/X000037000001263000001', '第 1 位', '<mark>X</mark>'],
    ['/c/S000044000001263000001', '第 6–7 位', '<mark>44</mark>'],
    ['/c/1234567890123456', '国家职业资格证书', '1234567890123456'],
    ['/c/%00', '位数不对', ''],
    ['/c/%E0%A4%A', '位数不对', ''],
    ['/c/%ff%fe', '位数不对', ''],
    ['/c/%ef%b7%ba%ef%b7%ba', '位数不对', ''],
    ['/c/%3Cscript%3Ealert(1)%3C%2Fscript%3E', '位数不对', '&lt;SCRIPT&gt;'],
    ['/c/%22onmouseover=%22alert()', '位数不对', '&quot;ONMOUSEOVER=&quot;'],
  ])('malformed: %.60s', async (path, words, shown) => {
    const text = await pageOf(await get(path), 400);
    expect(text).toContain(words);
    expect(text).toContain(shown);
    expect(text).not.toContain('\0');
  });
});

test('a very long number is refused and not repeated whole', async () => {
  const text = await pageOf(await get(`/c/${'9'.repeat(6000)}`), 400);
  expect(text).toContain('这里是 6000 位');
  expect(text).not.toContain('9'.repeat(61));
});

describe('the holder', () => {
  const holder = () => ({ name: NAME, id_number: idNumber(1) });

  test('downloads the PDF, and sees that it was downloaded', async () => {
    const answer = await post(`/c/${number(0)}/download`, { ...holder(), want: 'pdf' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${number(0)}.pdf"`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(new TextDecoder().decode((await answer.arrayBuffer()).slice(0, 5))).toBe('%PDF-');
    const text = await pageOf(await post(`/c/${number(0)}/download`, { ...holder(), want: 'history' }), 200);
    expect(text).toContain('下载记录');
    expect(text).toMatch(/PDF，持证人/);
    expect(text).toContain(NAME);
    expect(text).not.toContain(idNumber(1));
  });

  test('with wrong or missing data gets the same page with the fault', async () => {
    const wrong = await pageOf(await post(`/c/${number(0)}/download`, { ...holder(), name: '别人' }), 404);
    expect(wrong).toContain('与此证书登记的不一致');
    expect(wrong).not.toContain(NAME);
    expect(wrong.split(idNumber(1))).toHaveLength(2);
    const missing = await pageOf(await post(`/c/${number(0)}/download`, { name: NAME }), 400);
    expect(missing).toContain('id="download-id_number-fault"');
    // What is wrong stands first, above the form, and no verdict beside it can be taken for the answer.
    for (const text of [wrong, missing]) {
      expect(text.indexOf('role="alert"')).toBeGreaterThan(0);
      expect(text.indexOf('role="alert"')).toBeLessThan(text.indexOf('<form method="post" action="/c/'));
      expect(text).not.toMatch(/class="verdict valid"|此证书有效|<title>有效/);
      expect(text).toContain(`<a href="/c/${number(0)}">`);
    }
    await pageOf(await post(`/c/${CODE}263999999/download`, holder()), 404);
    await pageOf(await post('/c/nonsense/download', holder()), 400);
  });
});

describe('hostile requests', () => {
  test.each([
    '"><script>alert(1)</script>',
    "' onfocus=alert(1) autofocus='",
    '</title><img src=x onerror=alert(1)>',
    '{{7*7}}\u0000\u202e',
  ])('%s is only ever text', async (attack) => {
    for (const [path, fields] of [
      ['/search', { number: attack }],
      ['/search', { name: attack, id_number: attack }],
      [`/c/${number(0)}/download`, { name: attack, id_number: attack }],
    ] as const) {
      const answer = await post(path, fields);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      const text = await answer.text();
      expect(text).not.toMatch(/<script>|<img/);
      expect(text).not.toContain("'  onfocus=");
    }
  });

  test('bodies of another kind or size are refused with a 4xx', async () => {
    const send = (body: BodyInit, type: string) =>
      workerFetch(`${ORIGIN}/search`, { method: 'POST', body, headers: { 'Content-Type': type, Accept: 'text/html' } });
    await pageOf(await send('{}', 'application/json'), 415);
    await pageOf(await send('number='.padEnd(20_000, 'S'), 'application/x-www-form-urlencoded'), 413);
    await pageOf(await send(Uint8Array.of(0x6e, 0x3d, 0xff, 0xfe), 'application/x-www-form-urlencoded'), 400);
    await pageOf(await send('number=%E0%A4%A&name=%00', 'application/x-www-form-urlencoded'), 400);
    const plain = await workerFetch(`${ORIGIN}/search`, {
      method: 'POST',
      body: 'x',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(plain.status).toBe(415);
    expect(plain.headers.get('content-type')).toBe('application/problem+json');
    expect((await get('/search')).status).toBe(405);
  });
});

describe('static files', () => {
  test('style and browser code, with their types and a validator', async () => {
    for (const [file, type] of [
      ['check.js', 'text/javascript'],
      ['home.js', 'text/javascript'],
      ['certificate.js', 'text/javascript'],
    ] as const) {
      const answer = await get(`/assets/${file}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect((await answer.text()).length).toBeGreaterThan(100);
      const etag = answer.headers.get('etag') as string;
      expect((await get(`/assets/${file}`, { 'If-None-Match': etag })).status).toBe(304);
    }
  });

  test.each([
    '/assets/NotoSerifSC_400Regular.ttf',
    '/assets/fonts',
    '/assets/..%2Ffonts%2FNotoSerifSC_400Regular.ttf',
    '/fonts/NotoSerifSC_400Regular.ttf',
    '/client/certificate.js',
    '/assets/',
    '/assets/%00',
    '/assets/constructor',
  ])('%s is not there', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

test('an unknown address is a page for a browser and a problem for a program', async () => {
  const asked = (accept: string) => workerFetch(`${ORIGIN}/nothing/here`, { headers: { Accept: accept } });
  const page = await asked('text/html,application/xhtml+xml');
  expect([page.status, page.headers.get('content-type')]).toEqual([404, expect.stringContaining('text/html')]);
  expect(await page.text()).toContain('没有这个地址');
  expect(await (await asked('application/json')).json()).toMatchObject({ code: 'not_found', status: 404 });
});
