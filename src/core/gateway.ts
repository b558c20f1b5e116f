/**
 * What to tell people of an answer that is not the service's own: a proxy, a firewall or another server answered in
 * its place. The service's own refusals are problems (RFC 9457) with a code and words of their own.
 */
/**
 * Bytes of the largest body that the service takes: an archive of photos. A proxy in front of it must let as much
 * through.
 */
export const LARGEST_BODY = 48_000_000;

const MEGABYTES = `${LARGEST_BODY / 1_000_000} MB`;

/** The code under which such an answer goes. */
export const FOREIGN = 'http_error';

/** Title in Chinese, detail in English, as problems have them. */
function wordsOf(status: number): { title: string; detail: string } {
  if (status === 413) {
    return {
      title: `服务前面的代理限制了请求大小（413），请求没有到达服务；服务自己最多收 ${MEGABYTES}。请管理员放宽代理的限制（nginx：client_max_body_size 48m），或拆分名单、缩小照片后再提交`,
      detail: `A proxy in front of the service limits the size of requests (413); the service itself takes up to ${MEGABYTES}. Ask whoever runs it to raise the proxy's limit (nginx: client_max_body_size 48m), or send less: split the list, make photos smaller.`,
    };
  }
  if (status === 502 || status === 503 || status === 504 || status >= 520) {
    return {
      title: `服务没有答复，由前面的代理代为回答（${status}）；服务可能正在重启或过载，请过一会儿再试，一直如此请告知管理员`,
      detail: `A proxy answered (${status}): behind it the service does not answer, or not in time. Try again in a minute; if it goes on, tell whoever runs the service.`,
    };
  }
  if (status === 429)
    return {
      title: '服务前面的代理认为请求过于频繁（429），请过一会儿再试',
      detail: 'A proxy in front of the service says that there were too many requests (429). Wait a moment and go on.',
    };
  if (status === 401 || status === 403 || status === 451) {
    return {
      title: `请求被服务前面的代理或防火墙拒绝（${status}），没有到达服务；请向网络或服务的管理员说明`,
      detail: `A proxy or firewall in front of the service refused the request (${status}); the service did not see it. Ask whoever runs the network or the service.`,
    };
  }
  if (status >= 500)
    return {
      title: `服务没有按约定答复（${status}），请过一会儿再试，一直如此请告知管理员`,
      detail: `The answer (${status}) is not as the service does it. Try again in a minute; if it goes on, tell whoever runs the service.`,
    };
  return {
    title: `在此地址答复的不是本服务（${status}），请核对服务地址（--server）和网络`,
    detail: `What answers here (${status}) is not the service: check the address (--server), and whether the network wants you to log in first.`,
  };
}

/** As a problem. */
export const foreignProblem = (status: number) => ({ status, code: FOREIGN, ...wordsOf(status) });

/**
 * The problem that an answer holds, or the one that it is for not being the service's.
 * @param text the answer's body
 */
export function problemOf<P extends { status: number; code: string }>(
  status: number,
  type: string | null,
  text: string,
): P {
  if (type?.split(';', 1)[0]?.trim().toLowerCase() === 'application/problem+json') {
    try {
      const problem = JSON.parse(text) as Partial<P> | null;
      if (typeof problem?.code === 'string') return { ...problem, status } as P;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return foreignProblem(status) as unknown as P;
}
