/** Owns the address of the scanner's page. */
import { ScanPage } from '../pages/scan.tsx';
import { factory } from './env.ts';
import { kept, page } from './page.tsx';

export const scanRoutes = factory.createApp().get('/scan', (c) => {
  const { origin, hosts, trustRoot } = c.var.service.config;
  return page(c, 200, <ScanPage host={new URL(origin).host} hosts={hosts} roots={trustRoot} />, kept);
});
