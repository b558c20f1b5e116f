/**
 * Owns what a centre sees of an organization's signatures of PDFs: whether its issuing key has an X.509 certificate, and
 * the button by which the centre that filed it certifies that key afterwards.
 * It refuses nothing; without a certificate of the centre's own key the browser offers no button, and says so.
 */
import type { FC } from 'hono/jsx';
import { Both, En } from '../../web/frame/layout.tsx';
import { Card, dayOf } from '../frame/desk-parts.tsx';

export interface Signing {
  /** The filing in force as it was signed, and its newest issuing key. */
  filing: string;
  kid: string;
  /** Until when that key has a certificate. */
  until: number | null;
  /** Whether the reader filed it. */
  mine: boolean;
}

export const SigningCard: FC<Signing & { code: string }> = ({ code, filing, kid, until, mine }) => (
  <Card title={{ zh: '证书 PDF 的电子签名', en: 'Signatures of PDFs' }}>
    <p>
      {until === null ? (
        <Both
          words={{
            zh: '颁发密钥没有有效的 X.509 证书，证书 PDF 不带电子签名。',
            en: 'The issuing key has no X.509 certificate in force: PDFs carry no signature.',
          }}
        />
      ) : (
        <Both
          words={{
            zh: `颁发密钥的 X.509 证书至 ${dayOf(until)}，证书 PDF 带电子签名。`,
            en: `The issuing key has an X.509 certificate until ${dayOf(until)}: PDFs are signed.`,
          }}
        />
      )}
    </p>
    <p class="hint">
      <code>{kid}</code>
    </p>
    {until === null && mine ? (
      <>
        <p class="hint" data-certificate="wanting" hidden>
          <Both
            words={{
              zh: '请先在本页上方选择本中心密钥的 X.509 证书，然后可在这里认证。',
              en: 'Choose the X.509 certificate of your key above first; then certify this key here.',
            }}
          />
        </p>
        <p class="buttons" data-certificate="there" hidden>
          <button type="button" data-action="certify-key" data-code={code} data-filing={filing}>
            认证颁发密钥<En>Certify the issuing key</En>
          </button>
        </p>
      </>
    ) : null}
  </Card>
);
