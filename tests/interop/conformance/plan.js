// Runs plans of modules: each module is a test under the name that the suite gives it.

import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * `plans` has for each prefix its modules and the setting that they get. The resident signs in once beforehand, so that
 * later tests show what happens to somebody who is. What must first grow old does so while the others are tested.
 */
export async function judge(plans, provider) {
  const ageing = new Map();
  const named = [];
  for (const [prefix, { setting, modules }] of Object.entries(plans)) {
    await setting.client.tokens(setting.resident);
    for (const [name, module] of Object.entries(modules)) {
      const item = { name: `${prefix}_${name}`, module, setting };
      named.push(item);
      if (!module.prepare) continue;
      const prepared = await module.prepare(setting);
      ageing.set(item, sleep(prepared.seconds * 1_000).then(() => module.act(setting, prepared)));
    }
  }
  for (const item of [...named.filter((of) => !ageing.has(of)), ...ageing.keys()]) {
    const { name, module, setting } = item;
    const absent = module.needs && !module.needs(provider) && "the provider does not say that it does this";
    test(name, { skip: absent }, () => ageing.get(item) ?? (module.run ?? module)(setting));
  }
}
