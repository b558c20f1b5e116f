/** `luzheng keys card`: a key file for a key that lies elsewhere, and with the programs of other people. */
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readKeyFile } from '../../keys/make.ts';
import { holdsPin } from '../../src/cli/commands/luzheng-keys.ts';
import { isIssuedBy, readCertificate, readPem } from '../../src/formats/pades/x509.ts';
import { hasTool } from '../programs.ts';
import { type Card, hasSoftHsm, opensslKey, softHsm } from './card.ts';
import { at, folder, jwk, signs } from './program-key.ts';
import { run } from './run.ts';

describe('luzheng keys card', () => {
  const card = async (...args: string[]) => {
    const { exit, out, err } = await run('luzheng.ts', ['keys', 'card', '--json', ...args]);
    return { exit, err, said: JSON.parse(out) as { thumbprint: string; error?: { code: string } } };
  };

  test('tries the program and writes a file that only its owner reads', async () => {
    const made = await card(
      '--out',
      at('new/card.json'),
      '--public',
      at('own.pub.pem'),
      '--name',
      '省中心',
      '--',
      ...signs(join(folder, 'own.pem'), 'der'),
    );
    expect([made.exit, made.err]).toEqual([0, '签名 1 / signature 1: 试签 trial\n']);
    const { file, pair } = await readKeyFile(at('new/card.json'));
    expect([
      statSync(at('new/card.json')).mode & 0o777,
      file.name,
      pair.kid,
      readFileSync(at('new/card.json'), 'utf8').includes('private'),
    ]).toEqual([0o600, '省中心', made.said.thumbprint, false]);
    expect((await run('luzheng.ts', ['keys', 'show', at('new/card.json')])).out).toContain(
      `签名程序 / signs with    ${process.execPath}`,
    );
    // A second time nothing is signed, and nothing is overwritten.
    expect(await card('--out', at('new/card.json'), '--public', at('own.pub.pem'), '--', ...signs())).toMatchObject({
      exit: 2,
      err: '',
      said: { error: { code: 'key_file' } },
    });
  }, 30_000);

  test('leaves no file behind when the program signs with another key', async () => {
    expect(
      await card('--out', at('not.json'), '--public', at('own.pub.pem'), '--', ...signs('other.pem')),
    ).toMatchObject({ exit: 2, said: { error: { code: 'signer_key_differs' } } });
    expect(existsSync(at('not.json'))).toBe(false);
  }, 30_000);

  test('refuses other keys, a PIN among the arguments, and no program at all', async () => {
    writeFileSync(
      at('p384.pem'),
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'pem', type: 'spki' }),
    );
    for (const [file, code, ...words] of [
      ['p384.pem', 'public_key', '--', 'true'],
      ['own.pem', 'public_key', '--', 'true'],
      ['own.pub.pem', 'pin_in_arguments', '--', 'x', '--pin', '1234'],
      ['own.pub.pem', 'usage'],
      ['own.pub.pem', 'usage', '--'],
    ] as const) {
      expect([file, await card('--out', at('not.json'), '--public', at(file), ...words)]).toMatchObject([
        file,
        { exit: 2, err: '', said: { error: { code } } },
      ]);
    }
  }, 30_000);

  /** Signs if its environment has the PIN, or else says so. */
  const guarded = () =>
    signs(at('own.pem'), 'der', "process.env.CARD_PIN==='654321'?process.stdout.write(s):process.exit(7)");

  test('asks for the PIN that the program takes from a variable, if it is not set', async () => {
    const asking = [
      '--out',
      at('asking-card.json'),
      '--public',
      at('own.pub.pem'),
      '--ask',
      'CARD_PIN',
      '--',
      ...guarded(),
    ];
    expect(await card(...asking)).toMatchObject({ exit: 2, said: { error: { code: 'signer_pin' } } });
    const set = await run('luzheng.ts', ['keys', 'card', ...asking], { CARD_PIN: '654321' });
    expect([set.exit, JSON.parse(readFileSync(at('asking-card.json'), 'utf8'))]).toEqual([
      0,
      expect.objectContaining({ ask: 'CARD_PIN', public: jwk }),
    ]);
  }, 30_000);

  test.skipIf(!hasTool('python3'))(
    'on a terminal: once a command, unseen, with what was typed wrong taken back',
    () => {
      writeFileSync(
        at('terminal.py'),
        [
          'import os, pty, sys',
          'pid, fd = pty.fork()',
          'if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])',
          'seen, typed = b"", False',
          'while True:',
          '    try: part = os.read(fd, 4096)',
          '    except OSError: break',
          '    if not part: break',
          '    seen += part',
          String.raw`    if not typed and "（CARD_PIN）：".encode() in seen: typed = os.write(fd, b"6543x\x7f21\r") > 0`,
          'sys.stdout.buffer.write(seen)',
          'sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))',
        ].join('\n'),
      );
      const out = execFileSync(
        'python3',
        [
          at('terminal.py'),
          process.execPath,
          new URL('../../src/cli/luzheng.ts', import.meta.url).pathname,
          'keys',
          'card',
          '--out',
          at('typed.json'),
          '--public',
          at('own.pub.pem'),
          '--ask',
          'CARD_PIN',
          '--',
          ...guarded(),
        ],
        { encoding: 'utf8', timeout: 20_000 },
      );
      // Nothing of what was typed stands between the question and the answer.
      expect(out).toMatch(/PIN（CARD_PIN）：\s+密钥文件/);
      expect(existsSync(at('typed.json'))).toBe(true);
    },
    30_000,
  );

  test.each<[boolean, string]>([
    [true, 'pkcs11-tool --login --pin 123456'],
    [true, 'pkcs11-tool --pin=123456'],
    [true, 'pkcs11-tool -p 123456'],
    [true, '/usr/bin/pkcs11-tool -p123456'],
    [true, 'yubico-piv-tool -P 123456'],
    [true, 'openssl dgst -sign k -passin pass:secret'],
    [true, 'openssl dgst -sign pkcs11:id=%01;pin-value=123456'],
    [true, 'tool --password secret'],
    [false, 'pkcs11-tool --login --pin env:CARD_PIN'],
    [false, 'pkcs11-tool -p env:CARD_PIN'],
    [false, 'openssl dgst -sign k -passin env:CARD_PIN'],
    [false, 'pkcs11-tool --login --sign'],
    [false, 'tool -p profile'],
    [false, 'tool --pin --sign'],
    [false, 'tool --pin'],
  ])('a PIN in it: %s, %s', (there, command) => {
    expect(holdsPin(command.split(' '))).toBe(there);
  });
});

describe('programs of other people', () => {
  const cards: [string, boolean, (into: string) => Card][] = [
    ['openssl dgst', hasTool('openssl'), (into) => opensslKey(into)],
    ['openssl pkeyutl, which takes the digest', hasTool('openssl'), (into) => opensslKey(into, true)],
    ['pkcs11-tool and a token of SoftHSM', hasSoftHsm(), (into) => softHsm(into)],
    ['pkcs11-tool with files', hasSoftHsm(), (into) => softHsm(into, true)],
  ];
  for (const [name, there, make] of cards)
    test.skipIf(!there)(
      name,
      async () => {
        const place = at(createHash('sha256').update(name).digest('hex').slice(0, 8));
        mkdirSync(place);
        const { public: open, words, env } = make(place);
        const keyFile = join(place, 'card.json');
        const made = await run('luzheng.ts', ['keys', 'card', '--out', keyFile, '--public', open, ...words], env);
        expect([made.exit, made.err]).toEqual([0, expect.stringContaining('试签 trial')]);
        expect(readFileSync(keyFile, 'utf8')).not.toContain(env.CARD_PIN);
        // The root's certificate is signed with it, by another process.
        const certified = await run(
          'luzheng.ts',
          ['keys', 'certificate', keyFile, '--out', join(place, 'ca.pem')],
          env,
        );
        expect([certified.exit, certified.err]).toEqual([0, expect.stringContaining('X.509')]);
        const certificate = readCertificate(
          readPem(readFileSync(join(place, 'ca.pem'), 'utf8'))[0] as Uint8Array<ArrayBuffer>,
        );
        expect(await isIssuedBy(certificate, certificate, 0)).toBe(true);
        // Without the PIN nothing is signed, and the program itself says why.
        const closed = await run(
          'luzheng.ts',
          ['keys', 'card', '--out', join(place, 'not.json'), '--public', open, ...words, '--json'],
          { ...env, CARD_PIN: '000000' },
        );
        expect([closed.exit, existsSync(join(place, 'not.json'))]).toEqual([2, false]);
      },
      60_000,
    );
});
