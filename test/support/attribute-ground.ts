/** Tokens that are an attribute of accounts, in the hands of whoever administers the directory. */
import type { DirectoryAdapter, DirectorySite } from '../../src/reconcilers/directory/port.ts';
import { directoryAttribute } from '../../src/reconcilers/tokens/directory-attribute/adapter.ts';
import type { TokenGround } from '../contracts/token-list.contract.ts';

export const ATTRIBUTE = 'mobile';
export const INSTANCE = 'research-service';

/** A directory whose accounts of that name exist, bear Muster's mark, and have no number. */
export interface AttributeDirectory {
  adapter(site: DirectorySite): DirectoryAdapter;
  readonly unit: string;
  guidOf(username: string): Promise<string>;
  set(guid: string, attribute: string, value: string | null): Promise<void>;
  remove(guid: string): Promise<void>;
  lastWrite(): Promise<number>;
}

export function markOf(username: string): string {
  return `muster:${INSTANCE}:${username}:made-by-hand`;
}

export function attributeGround(directory: AttributeDirectory, close: () => Promise<void>): TokenGround {
  const site: DirectorySite = {
    read: [directory.unit],
    markAttribute: 'adminDescription',
    mappedAttributes: [ATTRIBUTE],
    protected: [],
  };
  const guid = (handle: string) => handle.slice('token:'.length);
  const put = (handle: string, phone: string | null) => directory.set(guid(handle), ATTRIBUTE, phone);
  return {
    open: () => directoryAttribute(directory.adapter(site), { attribute: ATTRIBUTE, instance: INSTANCE }),
    give: async (key, phone) => {
      const handle = `token:${await directory.guidOf(key)}`;
      await put(handle, phone);
      return handle;
    },
    switch: (handle, on) => put(handle, on ? '+4520123456' : null),
    setPhone: put,
    remove: (handle) => directory.remove(guid(handle)),
    writes: () => directory.lastWrite(),
    revoke: null,
    orphan: (handle) => directory.set(guid(handle), 'adminDescription', null),
    close,
  };
}
