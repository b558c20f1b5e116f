/**
 * How the browser's own findings are shown: the banner, facts and checks of the server's pages, and how old the
 * knowledge behind them is.
 */
import type { FC } from 'hono/jsx';
import { shanghaiClock } from '../../base/day.ts';
import { isRefusal } from '../../base/refusal.ts';
import type { Words } from '../../base/words.ts';
import { readBytes } from '../../core/file-kind.ts';
import type { Report } from '../../core/report.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { En, htmlOf, Para } from '../frame/layout.tsx';
import { Checks, CopyNotice, Facts, VerdictBanner } from '../frame/report-view.tsx';
import { PDF_FAULTS } from '../words/refusal-words.ts';
import { type Ground, type Judged, type Judgement, judge } from './judge.ts';

/** Bytes of a file. */
const LARGEST = 5_242_880;

/**
 * Writes components into a place of the page, the reader's language first. They escape every text; there is no other
 * way into the page.
 */
export async function show(place: HTMLElement, content: unknown): Promise<void> {
  place.innerHTML = await htmlOf(content);
}

export const Fault: FC<{ words: Words; text?: string }> = ({ words, text }) => (
  <section class="notice" role="alert">
    <Para words={words} />
    {text === undefined || text === '' ? null : (
      <p>
        <code>{text}</code>
      </p>
    )}
  </section>
);

export function ago(time: string, now: number): Words {
  const minutes = Math.max(0, Math.floor((now - Date.parse(time) / 1000) / 60));
  if (minutes < 120) return { zh: `${minutes} 分钟前`, en: `${minutes} min ago` };
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? { zh: `${hours} 小时前`, en: `${hours} h ago` }
    : { zh: `${Math.floor(hours / 24)} 天前`, en: `${Math.floor(hours / 24)} days ago` };
}

const At: FC<{ time: string; now: number }> = ({ time, now }) => (
  <>
    {shanghaiClock(time)}（北京时间，{ago(time, now).zh}）
  </>
);
const AtEn: FC<{ time: string; now: number }> = ({ time, now }) => (
  <>
    {shanghaiClock(time)} (UTC+8, {ago(time, now).en})
  </>
);

/** How old the knowledge is under which something was checked without the service. */
const Age: FC<{ report: Report; snapshot: Snapshot | undefined; now: number }> = ({ report, snapshot, now }) => {
  const kept = snapshot?.kept_at;
  const asOf = report.checks.find(({ id }) => id === 'status')?.as_of;
  return (
    <section class="notice age" role="status">
      <h2>
        本次核对未联网<En>Checked without the service</En>
      </h2>
      {asOf === undefined ? (
        <p>
          不知道这张证书是否已被暂停、撤销或替换，请在联网后再查一次。
          <En>Whether this certificate was suspended, revoked or replaced is not known. Look again with a network.</En>
        </p>
      ) : (
        <p>
          状态信息截至 <At time={asOf} now={now} />
          ，离线期间的变化无从得知。
          <En>
            The status is known as of <AtEn time={asOf} now={now} />; what happened since is not.
          </En>
        </p>
      )}
      {kept === undefined ? null : (
        <p>
          信任列表（机构备案和中心授权）保存于 <At time={kept} now={now} />。
          <En>
            The trust list (filings and centres) was kept on <AtEn time={kept} now={now} />.
          </En>
        </p>
      )}
    </section>
  );
};

/** `aged`: said of what was checked without the service. */
export const Answer: FC<
  Judgement & {
    name: string | undefined;
    aged?: { snapshot: Snapshot | undefined; now: number } | undefined;
    seal?: boolean;
  }
> = ({ report, centres, name, aged, seal = false }) => (
  <>
    {name === undefined ? null : <p class="asked">{name}</p>}
    <VerdictBanner report={report} heading="h2" />
    {aged ? <Age report={report} {...aged} /> : null}
    {report.copy ? <CopyNotice copy={report.copy} /> : null}
    {report.certificate ? (
      <section class="card">
        <h2>
          {seal ? '二维码中签名的内容' : '签名中的证书内容'}
          <En>{seal ? 'What is signed in the QR code' : 'The certificate, as signed'}</En>
        </h2>
        <Facts certificate={report.certificate} centres={centres} />
      </section>
    ) : null}
    <Checks report={report} by="browser" />
  </>
);

/** What the seal of a QR code is worth, by what is at hand here. */
export async function answerSeal(number: string, digits: string, ground: Ground): Promise<unknown> {
  try {
    return <Answer {...(await judge({ kind: 'seal', number, digits }, ground))} name={undefined} aged={ground} seal />;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return (
      <Fault
        words={{
          zh: '二维码中的签名数据不完整或被改动过，请勿采信，请重新扫描',
          en: 'The signed data in the code are incomplete or were altered. Do not rely on it; scan again',
        }}
        text={error.code}
      />
    );
  }
}

/** Reads a file, and answers for it; what cannot be read is said in words. */
export async function answerFile(
  file: File,
  answerFor: (judged: Judged, name: string) => Promise<unknown>,
): Promise<unknown> {
  try {
    if (file.size > LARGEST) return <Fault words={PDF_FAULTS.pdf_too_large as Words} />;
    const brought = readBytes(new Uint8Array(await file.arrayBuffer()));
    if (brought) return await answerFor(brought, file.name);
    return (
      <Fault
        words={{
          zh: '这个文件不是证书 PDF、核验包或凭证，无法核对',
          en: 'This file is no certificate’s PDF, bundle or credential, and cannot be checked',
        }}
      />
    );
  } catch (error) {
    const fault = isRefusal(error) ? PDF_FAULTS[error.code] : undefined;
    return (
      <Fault
        words={fault ?? { zh: '读取文件时出错，请重新选择文件再试', en: 'The file could not be read; choose it again' }}
      />
    );
  }
}
