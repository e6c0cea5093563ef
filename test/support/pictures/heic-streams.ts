// HEVC streams of our own drawings, 96 x 64 pixels (tiles: 64 x 64), made once with x265: full range, BT.601, one key frame each.
// heic.ts puts them into files.

const stream = (base64: string): Buffer => Buffer.from(base64, "base64");

export const streams = {
  /** The four coloured corners of pictures.ts. */
  corners: stream(
    "AAAAAUABDAH//wNwAAADAJAAAAMAAAMAHroCQAAAAAFCAQEDcAAAAwCQAAADAAADAB6gMIEFluqvK5uBAQMCAAAH0AAATiAQ" +
      "AAAAAUQBwXGBEgAAASgBrwR4Zcdf2/i//2HfsvkRhiV9eBZvOt97/FZ//DECbJgL1QCJFi+4R2EubOUcvDQqI/ftI/P3kPeZ" +
      "X/6V7Gca2m5n3msOf6AdY8HQs1biCJgD1YzOmQQZdKyjHFa98ISA",
  ),
  /** The same with 10 bits for each channel. */
  corners10: stream(
    "AAAAAUABDAH//wQIAAADAJ24AAADAAAeugJAAAAAAUIBAQQIAAADAJ24AAADAAAeoDCBBNluqvK5uBAQMCAAAH0AAATiAQAA" +
      "AAFEAcFxgRIAAAEoAa8EeGXHX9v4v/9h37L5GyYlfXgWbzrxv/xWf/wzQmyYC9T+YHlO+KqJ8ftv0byOW/9pjvfJQhjS/KQb" +
      "/z86x4ScJHzJzNF9wHvA",
  ),
  /** White above, black below: as alpha, the upper half is seen. */
  half: stream(
    "AAAAAUABDAH//wNwAAADAJAAAAMAAAMAHroCQAAAAAFCAQEDcAAAAwCQAAADAAADAB6gMIEFluqvK5uBAQMCAAAH0AAATiAQ" +
      "AAAAAUQBwXGBEgAAASgBrwR4Zl6Zv5nrpwmR2UWirc8odMHKGGKbzj/YrGU6J6BMDHgAACNg",
  ),
  /** One flat colour of the corners each. */
  tile0: stream(
    "AAAAAUABDAH//wNwAAADAJAAAAMAAAMAHroCQAAAAAFCAQEDcAAAAwCQAAADAAADAB6gIIEFluqvK5uBAQMCAAAH0AAATiAQ" +
      "AAAAAUQBwXGBEgAAASgBrwR4Zcdf2/i//2HfsvkRhiV9eEQjX+4BxJl4pDJpWOcU2w==",
  ),
  tile1: stream(
    "AAAAAUABDAH//wNwAAADAJAAAAMAAAMAHroCQAAAAAFCAQEDcAAAAwCQAAADAAADAB6gIIEFluqvK5uBAQMCAAAH0AAATiAQ" +
      "AAAAAUQBwXGBEgAAASgBrwR4Zcdew///cr//9ofWJX14RCNf7gHEmXikMmlY5xTb",
  ),
  tile2: stream(
    "AAAAAUABDAH//wNwAAADAJAAAAMAAAMAHroCQAAAAAFCAQEDcAAAAwCQAAADAAADAB6gIIEFluqvK5uBAQMCAAAH0AAATiAQ" +
      "AAAAAUQBwXGBEgAAASgBrwR4Zcdf5bE9f7qf//hGmJX14RCNf7gHEmXikMmlY5xTbA==",
  ),
  tile3: stream(
    "AAAAAUABDAH//wNwAAADAJAAAAMAAAMAHroCQAAAAAFCAQEDcAAAAwCQAAADAAADAB6gIIEFluqvK5uBAQMCAAAH0AAATiAQ" +
      "AAAAAUQBwXGBEgAAASgBrwR4ZcYj7WNP/+/d+y6TliV9eEQjX+4BxJl4pDJpWOcU2w==",
  ),
  /** Three frames: the corners, then flat pictures. */
  moving: stream(
    "AAAAAUABDAH//wQIAAADAJ+oAAADAAAeugJAAAAAAUIBAQQIAAADAJ+oAAADAAAeoDCBBZbqryubgQEDAgAAB9AAAE4gEAAA" +
      "AAFEAcFxgRIAAAEoAa8EeGXHX9v4v/9h37L5EYYlfXgWbzrfe/xWf/wxAmyYC9UAiRYvuEdhLmzlHLw0KiP37SPz95D3mV/+" +
      "lexnGtpuZ95rDn+gHWPB0LNW4giYA9WMzpkEGXSsoxxWvfCEgAAAAAFAAQwB//8ECAAAAwCfqAAAAwAAHroCQAAAAAFCAQEE" +
      "CAAAAwCfqAAAAwAAHqAwgQWW6q8rm4EBAwIAAAfQAABOIBAAAAABRAHBcYESAAABKAGvBHhlx17D//9yv//2h9YlfXhEIzVD" +
      "CzY9uFLr9xByoky8VRAAAJGAAAAAAUABDAH//wQIAAADAJ+oAAADAAAeugJAAAAAAUIBAQQIAAADAJ+oAAADAAAeoDCBBZbq" +
      "ryubgQEDAgAAB9AAAE4gEAAAAAFEAcFxgRIAAAEoAa8EaGXHX+WxPX+6n//4RpiV9eEQjNUMLNj24Uuv3EHKiTLxVEAAAkY=",
  ),
} as const;
