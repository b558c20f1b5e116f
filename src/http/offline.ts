/**
 * Owns what a phone keeps to work without a network: the names of the status lists.
 */
import { STATUS_PURPOSES } from '../life/credential.ts';
import { selectLastStatusList } from '../storage/certificates.ts';
import { factory } from './env.ts';

const cached = { 'Cache-Control': 'public, max-age=60' };

export const offlineRoutes = factory.createApp().get('/v1/status', async (c) => {
  const last = await selectLastStatusList(c.var.service.db);
  const lists = Array.from({ length: last }, (_, i) => STATUS_PURPOSES.map((purpose) => `${purpose}-${last - i}`)).flat();
  return c.json({ lists }, 200, cached);
});
