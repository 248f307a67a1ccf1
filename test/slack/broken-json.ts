/**
 * JSON texts and texts that are nearly JSON, the same for the same seed: what
 * an entry holds, cut, turned, doubled and misspelt a byte at a time.
 */

const PIECES = [
  '{"id":"a","date_create":1521214343,"action":"user_login"}',
  '{"date_create":1,"id":"é日本🎉\\ud83c\\n","x":{"id":"inner","date_create":2}}',
  '{"\\u0069d":"b","\\u0064ate_create":3,"id2":"c"}',
  '{"id":"a","id":"","date_create":1,"date_create":"1"}',
  '{"__proto__":{"id":"p"},"constructor":null,"id":7,"date_create":-1}',
  '{"n":[0,-0,1.5e-7,1E+400,10137226569043123456789,true,false,null,[],{},[[[{}]]]]}',
  '[{"id":["a"]}, [1 ,2] ,"\\\\\\"\\/\\b\\f\\n\\r\\t\\u00E9"]',
  ' \t\r\n{ "id" : "s" , "date_create" : 1.0e9 } ',
  '"text"',
  "-12.50e+3",
  "nul",
  "[1,]",
  "01",
  '{"a":1,}',
];
/** Bytes that a JSON text is made of, and some that none may hold. */
const BYTES = Buffer.from('{}[]:,"\\/ue0123-+.Etfn \t\n\r\0\x1f\x7fid_\xff\xe2\xc3\xa9', "latin1");

/** @returns the next text of the series each time */
export function brokenJson(seed: number): () => Buffer {
  let state = seed;
  /** A whole number, 0 to below `n`. */
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const piece = () => Buffer.from(PIECES[below(PIECES.length)] as string);
  const byte = () => BYTES.subarray(below(BYTES.length)).subarray(0, 1);
  const changed = (text: Buffer): Buffer => {
    const at = below(text.length + 1);
    const [before, after] = [text.subarray(0, at), text.subarray(at)];
    switch (below(6)) {
      case 0:
        return Buffer.concat([before, byte(), after]);
      case 1:
        return Buffer.concat([before, byte(), after.subarray(1)]);
      case 2:
        return Buffer.concat([before, after.subarray(1 + below(4))]);
      case 3:
        return before;
      case 4:
        return Buffer.concat([before, piece(), after]);
      default:
        return Buffer.concat([before, after.subarray(0, 1 + below(8)), after]);
    }
  };
  return () => {
    let text: Buffer = piece();
    for (let changes = below(4); changes > 0; changes -= 1) {
      text = changed(text);
    }
    return text;
  };
}
