/** The clock of a demonstration: only where the service is reached on its own machine, and only when it is switched on. */
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { ConfigError, type Env, readConfig, serviceAt, serviceOf } from '../../src/env.ts';

const settings = (change: Partial<Env>) => readConfig({ ...(env as unknown as Env), ...change });

test('a service that others can reach refuses to be given the time', () => {
  for (const PUBLIC_ORIGIN of ['https://lz.example.cn', 'http://localhost.example.cn', 'http://10.0.0.1'])
    expect(() => settings({ DEMO_CLOCK: 'on', PUBLIC_ORIGIN })).toThrow(ConfigError);
  expect(() => settings({ DEMO_CLOCK: 'yes', PUBLIC_ORIGIN: 'http://localhost:8787' })).toThrow('DEMO_CLOCK');
  expect(settings({ DEMO_CLOCK: 'on', PUBLIC_ORIGIN: 'http://localhost:8787' }).demoClock).toBe(true);
  expect([settings({}).demoClock, settings({ DEMO_CLOCK: '' }).demoClock]).toEqual([false, false]);
});

test('without the setting a request that names a moment is answered in the present', () => {
  const service = serviceOf(env as unknown as Env);
  expect(serviceAt(service, '1700000000')).toBe(service);
  const demonstration = { ...service, config: { ...service.config, demoClock: true } };
  expect(serviceAt(demonstration, '1700000000').now()).toBe(1_700_000_000);
  for (const moment of [undefined, '', '17e8', '-1700000000'])
    expect(serviceAt(demonstration, moment)).toBe(demonstration);
});
