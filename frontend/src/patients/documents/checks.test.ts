import { expect, it } from "vitest";
import { contentTypeOf, LARGEST, refusalOf, sniffed } from "./checks";

const BEGINNINGS = {
  "report.pdf": "%PDF-1.7",
  "photo.JPG": "\xff\xd8\xff\xe0",
  "scan.png": "\x89PNG\r\n\x1a\n",
  "fax.tiff": "II*\x00",
};

function file(name: string, beginning: string, size = 2048): File {
  const bytes = new Uint8Array(size);
  bytes.set(Array.from(beginning, (character) => character.charCodeAt(0)).slice(0, size));
  return new File([bytes], name);
}

it.each(Object.entries(BEGINNINGS))("takes %s", async (name, beginning) => {
  expect(await refusalOf(file(name, beginning))).toBeNull();
});

it.each([
  ["report.pdf.exe", "%PDF-1.7", 2048, "UPLOAD_EXTENSION_001"],
  ["scan.dcm", "DICM", 2048, "UPLOAD_EXTENSION_001"],
  [".pdf", "%PDF-1.7", 2048, "UPLOAD_EXTENSION_001"],
  ["report.pdf", "%PDF-1.7", 1023, "UPLOAD_TOO_SMALL_001"],
  ["report.pdf", "%PDF-1.7", LARGEST + 1, "UPLOAD_TOO_LARGE_001"],
  ["report.pdf", "\x89PNG\r\n\x1a\n", 2048, "UPLOAD_CONTENT_TYPE_001"],
  ["report.pdf", "hello", 2048, "UPLOAD_CONTENT_TYPE_001"],
])("refuses %s beginning with %j of %i bytes as the server would", async (name, beginning, size, code) => {
  expect(await refusalOf(file(name, beginning, size))).toBe(code);
});

it("takes a PDF that a scanner put some bytes before, and no picture with the mark in its comment", () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  expect(sniffed(bytes("\n\n\n%PDF-1.4"))).toBe("application/pdf");
  expect(sniffed(bytes("\xff\xd8\xff\xe1 %PDF-1.4"))).toBe("image/jpeg");
});

it("knows the kind by the last extension only", () => {
  expect([contentTypeOf("a.b.PDF"), contentTypeOf("pdf"), contentTypeOf("a.pdf.")]).toEqual([
    "application/pdf",
    null,
    null,
  ]);
});
