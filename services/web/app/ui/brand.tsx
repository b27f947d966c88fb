import "./brand.css";

/** The word mark; links to the start page where that makes sense. */
export function Brand({ linked = false }: { linked?: boolean }) {
  const mark = (
    <>
      <img src="/icon.svg" alt="" width="26" height="26" />
      <span>Radist</span>
    </>
  );
  return linked ? (
    <a class="brand" href="/">
      {mark}
    </a>
  ) : (
    <div class="brand">{mark}</div>
  );
}
