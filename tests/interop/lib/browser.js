// A browser as far as signing in needs one: it keeps cookies and follows redirects, until one leads away.

import { call } from "./http.js";

export class Browser {
  #cookies = new Map();

  /** Asks for one page with the cookies of before, and keeps those that come. */
  async ask(url, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { accept: "text/html", "accept-language": "en", ...(cookie && { cookie }), ...options.headers };
    const answer = await call(url, { ...options, headers });
    for (const line of answer.headers["set-cookie"] ?? []) this.#keep(line);
    return answer;
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(";");
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    const over = attributes.some((text) => {
      const [key, of] = text.trim().split("=");
      return (/^max-age$/i.test(key) && Number(of) <= 0) || (/^expires$/i.test(key) && Date.parse(of) <= Date.now());
    });
    if (over || value === "") this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }

  /** Follows redirects on this host. Ends with a page, or with the address of another site, where nobody goes. */
  async go(url, options = {}) {
    const here = new URL(url).host;
    let answer = await this.ask(url, options);
    for (let hops = 0; hops < 10; hops += 1) {
      if (answer.status < 300 || answer.status > 399 || !answer.headers.location) return { page: answer };
      const next = new URL(answer.headers.location, answer.url);
      if (next.host !== here) return { away: next, status: answer.status };
      answer = await this.ask(next);
    }
    throw new Error(`${url} redirects without end`);
  }
}

/** The value of a hidden field of a page. */
export function field(html, name) {
  const tag = html.split("<").find((text) => text.startsWith("input") && text.includes(`name="${name}"`));
  const value = tag?.match(/value="([^"]*)"/)?.[1];
  return value?.replaceAll("&amp;", "&").replaceAll("&#38;", "&").replaceAll("&quot;", '"');
}
