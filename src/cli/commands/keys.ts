/** Owns `luzheng keys`: makes key files and shows what is public about them. The private half is never printed. */
import { makeKeyFile, readKeyFile } from '../../../keys/make.ts';
import { fromHere, SERVER, type Command } from '../command.ts';
import { peek } from '../steps.ts';
import { usage } from '../talk.ts';

export const keys: Command = {
  takes: 'make|show [FILE]',
  about: '生成或查看密钥文件 / make or show a key file',
  help: `  make --out FILE [--name TEXT] [--server ORIGIN]   生成 P-256 私钥，仅本人可读 / a new private key, readable by you alone
  show FILE                                         公钥、指纹、授权声明 / public key, thumbprint, statement`,
  options: { out: { type: 'string' }, name: { type: 'string' }, ...SERVER },
  async run(input) {
    const name = input.text('name');
    const what = input.word(0);
    if (what === 'make') {
      const path = input.path('out');
      const { kid, jwk } = await makeKeyFile(path, { ...(name === undefined ? {} : { name }), ...(input.text('server') === undefined ? {} : { server: input.origin() }) });
      return input.answer([`密钥文件 / key file      ${path}`, `指纹 / thumbprint       ${kid}`, `公钥 / public key        ${JSON.stringify(jwk)}`], { file: path, thumbprint: kid, jwk });
    }
    if (what !== 'show' || input.word(1) === undefined) throw usage('用法：keys make --out FILE 或 keys show FILE', 'keys make --out FILE, or keys show FILE');
    const { file, pair } = await readKeyFile(fromHere(input.word(1)));
    const statement = file.token === undefined ? undefined : peek<{ iss: string; sub: string; exp: number }>(file.token);
    const until = statement && new Date(statement.exp * 1000).toISOString().slice(0, 10);
    input.answer(
      [
        ...(file.name === undefined ? [] : [`名称 / name              ${file.name}`]),
        `指纹 / thumbprint       ${pair.kid}`,
        `公钥 / public key        ${JSON.stringify(pair.jwk)}`,
        statement ? `授权 / statement         ${statement.sub}，由 ${statement.iss} 签发，至 ${until} / by ${statement.iss}, until ${until}` : '授权 / statement         尚无 / none yet',
        ...(file.server === undefined ? [] : [`服务 / server            ${file.server}`]),
      ],
      { thumbprint: pair.kid, jwk: pair.jwk, ...(file.name === undefined ? {} : { name: file.name }), ...(file.subject === undefined ? {} : { subject: file.subject }), ...(file.server === undefined ? {} : { server: file.server }), ...(statement ? { expires: statement.exp } : {}) },
    );
  },
};
