// The last page of the sign-in window: hands the one-time code to the panel that opened it.

import { tellOpener } from "./office";

const given = new URLSearchParams(location.hash.slice(1) || location.search.slice(1));
history.replaceState?.(null, "", location.pathname);
void tellOpener(
  JSON.stringify({ code: given.get("code") ?? undefined, error: given.get("error") ?? undefined }),
);
