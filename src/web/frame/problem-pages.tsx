/**
 * Pages without a certificate: a number that is malformed or of another kind, one that the register does not hold,
 * and whatever else went wrong. What is not found may exist elsewhere: no page says otherwise.
 */
import type { FC } from 'hono/jsx';
import type { Words } from '../../base/words.ts';
import { SealCheck } from '../certificate/seal-answers.tsx';
import { NUMBER_PARTS } from '../words/page-words.ts';
import { SearchForm } from './form.tsx';
import { Both, En, Layout } from './layout.tsx';
import { NumberText } from './report-view.tsx';

const Elsewhere: FC = () => (
  <p>
    其他省份和全国的证书，可在国家查询网站{' '}
    <a href="http://jndj.osta.org.cn" rel="noreferrer">
      jndj.osta.org.cn
    </a>{' '}
    查询。
    <En>Certificates of other provinces can be looked up at the national site jndj.osta.org.cn.</En>
  </p>
);

/** The number as it was understood, with the part that is wrong marked. */
const Marked: FC<{ number: string; part: string }> = ({ number, part }) => {
  const { from, to } = NUMBER_PARTS[part] ?? { from: 0, to: 0 };
  return (
    <p class="asked">
      您输入的是 <span lang="en">You entered</span>{' '}
      <span class="number">
        {number.slice(0, from)}
        {to > from ? <mark>{number.slice(from, to)}</mark> : null}
        {number.slice(to)}
      </span>
    </p>
  );
};

interface MalformedProps {
  host: string;
  /** Normalised, without control characters, at most 60 characters. */
  number: string;
  part: string;
  fault: Words;
}

export const MalformedPage: FC<MalformedProps> = ({ host, number, part, fault }) => (
  <Layout title={{ zh: '编号不正确', en: 'Number not well formed' }} host={host}>
    <section class="verdict incomplete">
      <span class="mark" aria-hidden="true">
        ?
      </span>
      <h1>
        无法按此编号查询<En>This number cannot be looked up</En>
      </h1>
      <p class="sentence">
        <Both words={fault} />
      </p>
    </section>
    <Marked number={number} part={part} />
    <Elsewhere />
    <SearchForm typed={{ number }} again />
  </Layout>
);

export const NotFoundPage: FC<{ host: string; number: string; roots: readonly string[] }> = ({
  host,
  number,
  roots,
}) => (
  <Layout title={{ zh: '没有查到', en: 'Not found' }} host={host} script="certificate.js">
    <p class="asked">
      证书编号 <span lang="en">Certificate</span> <NumberText number={number} />
    </p>
    <SealCheck number={number} roots={roots} />
    <section class="verdict incomplete">
      <span class="mark" aria-hidden="true">
        ?
      </span>
      <h1>
        没有查到此编号的证书<En>No certificate with this number was found</En>
      </h1>
      <p class="sentence">
        没有查到并不说明证书有问题：请先逐位核对编号，输错一位就可能成为另一个编号。
        <En>
          That says nothing against a certificate. Compare every digit first: one mistyped digit can make another
          well-formed number.
        </En>
      </p>
    </section>
    <section class="card">
      <h2>
        可能的原因<En>What may be the reason</En>
      </h2>
      <ul>
        <li>
          编号输入有误<En>the number was mistyped</En>
        </li>
        <li>
          证书由其他平台或早年的系统颁发，未收入本平台
          <En>the certificate was issued through another platform or an earlier system</En>
        </li>
        <li>
          证书正在颁发，几分钟后可再查<En>it is being issued at this moment; look again in a few minutes</En>
        </li>
      </ul>
      <p>
        仍查不到时，请向证书上的评价机构核实。
        <En>If it is still not found, ask the organization named on the certificate.</En>
      </p>
      <Elsewhere />
    </section>
    <SearchForm typed={{ number }} again />
  </Layout>
);

/** @param title what the service says in Chinese @param english the same for the reader of English, in few words */
export const ProblemPage: FC<{ host: string; title: string; english: string; detail: Words; code: string }> = ({
  host,
  title,
  english,
  detail,
  code,
}) => (
  <Layout title={{ zh: title, en: english }} host={host}>
    <section class="verdict incomplete">
      <span class="mark" aria-hidden="true">
        !
      </span>
      <h1>
        {title}
        <En>{english}</En>
      </h1>
      <p class="sentence">
        <Both words={detail} />
      </p>
      <p>
        <code>{code}</code>
      </p>
    </section>
    <SearchForm again />
  </Layout>
);
