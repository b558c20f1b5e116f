/** Owns the head of every case's and batch's view in the desk: what it is, the state in which it stands, and what belongs beside and under it. */
import type { Child, FC } from 'hono/jsx';
import type { Words } from '../words.ts';
import { State, Title } from './parts.tsx';

/** @param beside what stands after the state, in its line; the children stand under it */
export const CaseHead: FC<{ words: Words; state: string; of?: 'case' | 'batch'; beside?: Child; children?: Child }> = ({
  words,
  state,
  of = 'case',
  beside,
  children,
}) => (
  <section class="lead">
    <Title words={words} />
    <p>
      <State state={state} of={of} />
      {beside === undefined ? null : <> {beside}</>}
    </p>
    {children}
  </section>
);
