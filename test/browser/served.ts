/** What a file of this project has on the one Worker and in the one Chromium that global.ts started. */
import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';
import { type Own, openServer, type TestServer } from './server.ts';

export const openShared = (own: Own): Promise<TestServer> => openServer(inject('served'), own);

/** The Chromium of all files; closing it here closes this file's pages alone. */
export const connect = (): Promise<Browser> => chromium.connect(inject('chromium'));
