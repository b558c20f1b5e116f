/**
 * Owns the first view of each role at the desk: who signs, what waits for a decision, and where to begin.
 * It refuses numbers without a way to what they count.
 */
import type { Child, FC } from 'hono/jsx';
import { filled } from '../filled.ts';
import { Both } from '../layout.tsx';
import type { Words } from '../words.ts';
import { Card, Title } from './parts.tsx';

export interface Task {
  /** What follows the number; `{count|batch waits|batches wait}` is filled in by it. */
  words: Words;
  /** Address of the view, `#/plans`. */
  href: string;
  count: number;
}

/** What waits, the most pressing first; what does not wait is not named. */
const Tasks: FC<{ tasks: readonly Task[] }> = ({ tasks }) => {
  const waiting = tasks.filter(({ count }) => count > 0);
  return (
    <Card title={{ zh: '待办', en: 'To do' }}>
      {waiting.length === 0 ? (
        <p>
          <Both words={{ zh: '没有待办事项。', en: 'Nothing waits for you.' }} />
        </p>
      ) : (
        <ul class="tasks">
          {waiting.map(({ words, href, count }) => (
            <li>
              <a href={href}>
                <b>{count}</b>{' '}
                <span>
                  <Both words={filled(words, { count })} />
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
};

/** Big buttons to what people come for. */
export const Ways: FC<{ ways: readonly { words: Words; href: string }[] }> = ({ ways }) => (
  <p class="buttons">
    {ways.map(({ words, href }) => (
      <a class="next" href={href}>
        <Both words={words} />
      </a>
    ))}
  </p>
);

export const Home: FC<{ title: Words; tasks: readonly Task[]; children?: Child }> = ({ title, tasks, children }) => (
  <>
    <section class="lead">
      <Title words={title} />
    </section>
    <Tasks tasks={tasks} />
    {children}
  </>
);
