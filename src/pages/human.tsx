/**
 * Owns Turnstile's widget in forms: the one thing of another host that a page may load, and only where the deployer
 * configured the check. Without a site key it is nothing at all.
 */
import type { FC } from 'hono/jsx';
import { createContext, useContext } from 'hono/jsx';

/** The deployer's site key, if there is one. */
export const SiteKey = createContext<string | undefined>(undefined);

export const Human: FC = () => {
  const siteKey = useContext(SiteKey);
  if (siteKey === undefined) return null;
  return (
    <>
      <div class="cf-turnstile" data-sitekey={siteKey} data-language="auto"></div>
      <script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer></script>
    </>
  );
};
