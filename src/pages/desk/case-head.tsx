/** Owns the head of every case's view in the desk: what it is, and the state in which it stands. */
import type { FC } from 'hono/jsx';
import type { Words } from '../words.ts';
import { State, Title } from './parts.tsx';

export const CaseHead: FC<{ words: Words; state: string }> = ({ words, state }) => (
  <section class="lead">
    <Title words={words} />
    <p>
      <State state={state} />
    </p>
  </section>
);
