/**
 * `luzheng verify`: the verdict and each check in words, and who checked it. Exit codes: 0 valid, 1 not valid, 2 cannot
 * tell. The root comes from the person who verifies, never from what is verified.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { shanghaiClock } from '../../base/day.ts';
import { counted } from '../../base/words.ts';
import { openDirectory } from '../../core/directory.ts';
import { parseNumber } from '../../core/number.ts';
import { checkTrail } from '../../core/procedure/trail.ts';
import { readTrailFile } from '../../core/procedure/trail-links.ts';
import { lackOf } from '../../core/report.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { Memo } from '../../core/statement.ts';
import { Caller } from '../../sdk/call.ts';
import type { TrustFile } from '../../sdk/file-organization.ts';
import { now } from '../../sdk/sign.ts';
import { CHECK_WORDS, checkSentence, REASONS, VERDICTS } from '../../web/words/report-words.ts';
import { BROWSER, ROOT } from '../build.ts';
import { type Command, fromHere, type Input, SERVER } from '../command.ts';
import { type Examination, Examiner, fetchSnapshot, readSnapshotFile, type SignedCheck } from '../examine.ts';
import { eachOf, writeWhole } from '../save-certificates.ts';
import { readRoots, readSubjects, type Subject } from '../subjects.ts';
import { Failure, out, Progress } from '../talk.ts';

/** Both lists together; whatever is in them counts only under the root. */
const joined = (a: TrustFile | undefined, b: TrustFile | undefined): TrustFile | undefined =>
  a && b
    ? {
        origin: a.origin,
        hosts: a.hosts,
        roots: [...a.roots, ...b.roots],
        centres: [...a.centres, ...b.centres],
        services: [...a.services, ...b.services],
        filings: [...b.filings, ...a.filings],
        clients: [...a.clients, ...b.clients],
        withdrawals: [...a.withdrawals, ...b.withdrawals],
        status_lists: a.status_lists ?? [],
      }
    : (a ?? b);

/** How old what is known without the service is. */
function ageLine(kept: TrustFile | undefined): string {
  if (kept?.kept_at === undefined)
    return '  离线：不知道材料保存于何时，之后的撤销无从得知 / offline: it is not known when the material was kept; what was withdrawn since is unknown';
  const hours = Math.max(0, Math.floor((Date.now() - Date.parse(kept.kept_at)) / 3_600_000));
  const [zh, en] =
    hours < 48
      ? [`${hours} 小时前`, `${hours} h ago`]
      : [`${Math.floor(hours / 24)} 天前`, `${Math.floor(hours / 24)} days ago`];
  return `  离线：信任列表和状态列表保存于 ${shanghaiClock(kept.kept_at)}（北京时间，${zh}），之后的变化无从得知 / offline: trust and status lists were kept on ${shanghaiClock(kept.kept_at)} (UTC+8, ${en}); what happened since is unknown`;
}

const exitOf = ({ verdict }: Examination): number => (verdict === 'valid' ? 0 : verdict === 'incomplete' ? 2 : 1);

const MARKS = { pass: '✓', fail: '✗', not_checked: '·', not_reached: '·' } as const;

const BY = { here: '本机 here', service: '服务所称 the service says' } as const;

function line(check: SignedCheck): string {
  const { id, result, code, part, by } = check;
  const { zh, en } = checkSentence(check);
  const detail = result === 'fail' || result === 'not_checked' ? ` [${[code, part].filter(Boolean).join(': ')}]` : '';
  const who = by !== undefined && (result === 'pass' || result === 'fail') ? `（${BY[by]}）` : '';
  return `  ${MARKS[result]} ${CHECK_WORDS[id].name.zh} ${CHECK_WORDS[id].name.en}: ${zh} / ${en}${detail}${who}`;
}

const NOTES: Record<Examination['notes'][number], string> = {
  root_not_presented:
    '所给根指纹与材料中的根密钥都不符：这不是此根之下的证书，或指纹有误 / none of the root keys at hand has the thumbprint that was given',
  not_in_register:
    '服务没有收录此编号。这并不说明证书是假的，请逐字核对 / the service holds no certificate with this number; that does not mean that it is false',
  service_disagrees:
    "证书在本机核对无误，但服务的登记数据与签名不符，请联系服务方 / the certificate holds here, but the service's own data contradict their signatures",
};

function words(found: Examination, offline: string | undefined): string[] {
  const { word, sentence } = VERDICTS[found.verdict];
  const { certificate: view, status } = found;
  const event = status?.history.findLast(({ counts }) => counts) ?? status;
  const reason = event && (REASONS[event.reason] ?? { zh: event.reason, en: event.reason });
  const taken = found.checks
    .filter(({ by, result }) => by === 'service' && result === 'pass')
    .map(({ id }) => CHECK_WORDS[id].name);
  return [
    `${word.zh} / ${word.en}${found.number === undefined ? '' : `  ${found.number}`}`,
    `${sentence.zh} / ${sentence.en}`,
    ...(view
      ? [
          `  ${view.holder.name}${view.holder.id_number === undefined ? '' : ` ${view.holder.id_number}`}  ${view.occupation.name}${view.job === '--' ? '' : ` ${view.job}`}  ${view.level_name}  ${view.issued_on}`,
          `  ${view.organization.name} ${view.organization.code}`,
        ]
      : []),
    ...(found.copy
      ? [
          `  加注副本${found.copy.expired ? '（已过期 expired）' : ''}：${found.copy.purpose}，有效期至 ${found.copy.expires_on} / a copy for one purpose, valid until ${found.copy.expires_on}; the certificate itself is not touched by that`,
        ]
      : []),
    ...(event && reason && ['suspended', 'revoked'].includes(found.verdict)
      ? [`  ${shanghaiClock(event.at)}: ${reason.zh} / ${reason.en}`]
      : []),
    ...(found.replaced_by === undefined ? [] : [`  新证书 / replaced by ${found.replaced_by}`]),
    ...found.checks.map(line),
    ...(taken.length > 0
      ? [
          `  ${taken.map(({ zh }) => zh).join('、')}是服务核对的结果，本机没有所需材料；要全部自行核对，请用持证人的核验包 / ${taken.map(({ en }) => en.toLowerCase()).join(', ')}: the service's word; the holder's bundle lets this machine check all of it`,
        ]
      : []),
    ...(offline === undefined ? [] : [offline]),
    ...found.notes.map((note) => `  ${NOTES[note]}`),
  ];
}

export const verifyCommand: Command = {
  takes: 'NUMBER|URL|FILE',
  about: '查验证书：0 有效，1 无效，2 不能确定 / check a certificate: exit 0 valid, 1 not valid, 2 cannot tell',
  help: `  FILE               证书 PDF、核验包、SD-JWT 凭证或 certificates.jsonl / the certificate's PDF, a bundle, an SD-JWT, or a certificates.jsonl
  --root THUMBPRINT  信任的省级根指纹，或写有它的文件；开发时默认取 .dev/root.txt / the root to trust, or a file with it; the one of npm start otherwise
  --trust FILE       用 luzheng trust 保存的 trust.json，含状态列表 / a trust.json that luzheng trust kept, with status lists
  --offline          不联网；只知道保存时的状态，保存已逾 10 分钟则最多为“不能确定”/ no network: the status is known as of the kept lists; when they are older than 10 minutes at best exit 2
  --server ORIGIN    服务地址 / the service`,
  options: {
    ...SERVER,
    root: { type: 'string', multiple: true },
    trust: { type: 'string' },
    offline: { type: 'boolean' },
  },
  async run(input) {
    const roots = readRoots(input);
    const word = input.word(0);
    const subjects = readSubjects(word, fromHere(word));
    const [first] = subjects;
    const offline = input.flag('offline');
    // A slip of a finger says nothing of a certificate: whatever is no number here cannot be told.
    if (first?.kind === 'number' || first?.kind === 'url') parseNumber(first.number);
    if (offline && first?.kind === 'number')
      throw new Failure(
        2,
        '仅凭编号无法离线查验，请用核验包或二维码',
        'a number alone cannot be checked offline; use a bundle or the QR code',
        'offline',
      );
    const service = offline ? undefined : new Caller(input.origin());
    const kept = input.text('trust') === undefined ? undefined : readSnapshotFile(input.path('trust'));
    const age = offline ? ageLine(kept) : undefined;
    const trust = joined(kept, service && (await service.get<TrustFile>('/.well-known/trust.json')));
    const examiner = new Examiner({ roots, service, trust });
    if (first !== undefined && subjects.length === 1) {
      const found = await examiner.examine(first);
      input.answer(words(found, age), {
        ...found,
        exit: exitOf(found),
        roots,
        server: service?.origin ?? null,
        ...(offline ? { kept_at: kept?.kept_at ?? null } : {}),
      });
      return exitOf(found);
    }
    if (age !== undefined && !input.json) out(age.trim());
    return many(input, examiner, subjects);
  },
};

/** A file of many: one line each, in order, and the worst exit code: 1 before 2 before 0. */
async function many(input: Input, examiner: Examiner, subjects: Subject[]): Promise<number> {
  const progress = new Progress('查验 verifying');
  const found: Examination[] = [];
  let done = 0;
  await eachOf(
    subjects.map((subject, at) => ({ subject, at })),
    4,
    async ({ subject, at }) => {
      found[at] = await examiner.examine(subject);
      progress.at(++done, subjects.length);
    },
  );
  progress.end();
  const counts = new Map<string, number>();
  for (const one of found) {
    counts.set(one.verdict, (counts.get(one.verdict) ?? 0) + 1);
    const why = lackOf(one.checks);
    const { word } = VERDICTS[one.verdict];
    if (input.json) out(JSON.stringify({ ...one, exit: exitOf(one) }));
    else if (one.verdict !== 'valid' || found.length <= 20)
      out(`${one.number ?? '?'}  ${word.zh} ${word.en}${why ? `  ${why.id}: ${why.code ?? ''}` : ''}`);
  }
  if (!input.json)
    out(
      `共 ${found.length} 张 / ${counted(found.length, 'certificate')}: ${[...counts].map(([verdict, count]) => `${verdict} ${count}`).join(', ')}`,
    );
  return found.some((one) => exitOf(one) === 1) ? 1 : found.some((one) => exitOf(one) === 2) ? 2 : 0;
}

// For checking without the service: `luzheng trust` keeps the trust list with its status lists, `luzheng trail` checks
// an exported audit trail, `luzheng verifier` makes the single-file verifier. Nothing in a kept file is trusted: the
// root is always named by whoever checks.

export const trust: Command = {
  takes: '',
  about: '保存信任列表和状态列表，供离线查验 / keep the trust list and status lists, to verify offline',
  help: `  --out FILE       写入的文件，默认 trust.json / the file to write, trust.json by default
  --server ORIGIN  服务地址 / the service`,
  options: { ...SERVER, out: { type: 'string' } },
  async run(input) {
    const path = fromHere(input.text('out') ?? 'trust.json');
    const snapshot = await fetchSnapshot(new Caller(input.origin()));
    writeWhole(path, JSON.stringify(snapshot, null, 1));
    const { filings, status_lists, kept_at = '' } = snapshot;
    input.answer(
      [
        `${path}: ${filings.length} 项备案、${status_lists.length} 份状态列表，截至 ${shanghaiClock(kept_at)}（北京时间） / ${counted(filings.length, 'filing')} and ${counted(status_lists.length, 'status list')}, as of ${shanghaiClock(kept_at)} (UTC+8)`,
      ],
      { file: path, filings: filings.length, status_lists: status_lists.length, kept_at },
    );
  },
};

export const trail: Command = {
  takes: 'FILE',
  about: '离线核对问题回溯文件 / check an exported audit trail, offline',
  help: `  FILE               导出的 JSON / the exported JSON
  --root THUMBPRINT  信任的省级根指纹，或写有它的文件 / the root to trust, or a file with it`,
  options: { root: { type: 'string', multiple: true } },
  async run(input) {
    const roots = readRoots(input);
    const json = JSON.parse(readFileSync(fromHere(input.word(0)), 'utf8')) as { trail?: unknown };
    const file = readTrailFile(json.trail ?? json);
    const { centres, withdrawals } = file.statements;
    const report = await checkTrail(
      file,
      await openDirectory({ thumbprints: roots, roots: file.roots }, centres, new Memo(), withdrawals),
      now(),
    );
    const { number, holds, complete, entries, forward, links } = report;
    const time = (at: number) => new Date(at * 1000).toISOString().slice(0, 19);
    input.answer(
      [
        `${number}  ${holds ? '签名全部成立 every signature holds' : '有不成立之处 something does not hold'}${complete ? '' : '，材料不全 not all was at hand'}`,
        ...[...forward, ...entries].map(
          (one) =>
            `  ${one.result === 'pass' ? '✓' : '✗'} ${time(one.at)} ${one.what} ${one.by} ${one.kid.slice(-43)}${one.code === undefined ? '' : ` [${one.code}]`}`,
        ),
        ...links.map(
          ({ id, result, code }) =>
            `  ${{ pass: '✓', fail: '✗', not_checked: '·' }[result]} ${id}${code === undefined ? '' : ` [${code}]`}`,
        ),
      ],
      { ...report },
    );
    return holds ? (complete ? 0 : 2) : 1;
  },
};

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

async function bundle(path: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    ...BROWSER,
    entryPoints: [join(ROOT, path)],
    format: 'iife',
    write: false,
    define,
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`${path} was not built`);
  return file.text;
}

/** @returns the HTML; the same arguments and sources give the same bytes */
export async function buildVerifier(roots: readonly string[], snapshot: Snapshot | undefined): Promise<string> {
  const [style, script] = await Promise.all([
    bundle('src/web/style/base.css'),
    bundle('src/web/check/verifier.entry.tsx', {
      ROOTS: JSON.stringify(roots),
      SNAPSHOT: JSON.stringify(snapshot ?? null),
    }),
  ]);
  // Whatever stands in the texts, the element ends where it should.
  if (/<\/(script|style)/i.test(script + style)) throw new Error('the code would end its own element');
  const policy = `default-src 'none'; script-src ${digest(script)}; style-src ${digest(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>鲁证离线核验 luzheng verifier</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript><p>核验需要启用 JavaScript；本文件不联网。 / Verification needs JavaScript; this file uses no network.</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}

export const verifier: Command = {
  takes: '',
  about: '生成单文件离线核验器 / make the single-file verifier',
  help: `  --root THUMBPRINT|FILE  信任的省级根指纹，写入核验器；开发时默认取 .dev/root.txt / the root that it trusts; the one of npm start otherwise
  --trust FILE|URL        写入的信任列表：luzheng trust 保存的文件，或服务地址；没有则只能核对 PDF 和核验包 / the trust list inside: a file of luzheng trust, or the service; without one only PDFs and bundles can be checked
  --out FILE              写入的文件，默认 out/luzheng-verifier.html / the file to write`,
  options: { root: { type: 'string', multiple: true }, trust: { type: 'string' }, out: { type: 'string' } },
  async run(input) {
    const roots = readRoots(input);
    const source = input.text('trust');
    const snapshot =
      source === undefined
        ? undefined
        : /^https?:\/\//.test(source)
          ? await fetchSnapshot(new Caller(new URL(source).origin))
          : readSnapshotFile(fromHere(source));
    const given = input.text('out');
    const path = given === undefined ? join(ROOT, 'out/luzheng-verifier.html') : fromHere(given);
    const html = await buildVerifier(roots, snapshot);
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, html);
    const kept_at = snapshot?.kept_at ?? null;
    input.answer(
      [
        `${path}（${Math.ceil(html.length / 1024)} KB）`,
        `  信任根 root: ${roots.join(' ')}`,
        `  信任列表 trust list: ${snapshot ? (kept_at ?? '未注明时间 undated') : '无 none'}`,
      ],
      { file: path, bytes: html.length, roots, kept_at },
    );
  },
};
