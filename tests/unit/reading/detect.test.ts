import { expect, test } from 'vitest'
import { detect } from '../../../main/reading/delimited/detect.ts'
import { joinLabels } from '../../../main/reading/delimited/header.ts'
import { singleByteMap } from '../../../main/reading/delimited/encoding.ts'
import { PairTally } from '../../../main/reading/delimited/guessPairs.ts'
import { weigh } from '../../../main/reading/delimited/probe.ts'
import type { Probe } from '../../../main/reading/delimited/probe.ts'
import { StrayBytes } from '../../../main/reading/delimited/singleByte.ts'
import { type Dialect, encodingNames } from '../../../shared/domain/files/dialect.ts'
import { type Reading, rivalOf } from '../../../shared/domain/files/reading.ts'
import { encodeWide } from './encoding.ts'

function probe(content: string | Buffer): Probe {
  const head = Buffer.from(content)
  const made: Probe = {
    head,
    tail: head,
    whole: true,
    ascii: true,
    everywhere: true,
    multibyte: 0,
    invalid: 0,
    stray: new StrayBytes(),
    pairs: new PairTally(),
  }
  weigh(head, made)
  return made
}
const found = (content: string | Buffer) => detect(probe(content))
const latin = (content: string) => Buffer.from(content, 'latin1')
const wide = (content: string) => Buffer.from(content, 'utf16le')

const sure: [string, string | Buffer, Partial<Dialect>][] = [
  [
    'comma',
    'id,name\n1,a\n2,b\n',
    { delimiter: ',', headerRows: 1, lineEnd: '\n', encoding: 'utf-8' },
  ],
  [
    'semicolon with decimal commas',
    'id;price\n1;2,50\n2;3,50\n',
    { delimiter: ';', headerRows: 1 },
  ],
  ['tab with commas in prose', 'id\tname\n1\tx, y\n2\tz, w\n', { delimiter: '\t' }],
  ['bar', 'id|name\n1|a;b\n2|c;d\n', { delimiter: '|' }],
  ['delimiters inside quotes', 'id,tags\n1,"a;b;c"\n2,"d;e;f"\n', { delimiter: ',', quote: '"' }],
  ['apostrophes as quotes', "id,name\n1,'a,b'\n2,'c,d'\n", { quote: "'", escape: "'" }],
  ['apostrophes as text', "id,name\n1,'tis\n2,O'Neil\n", { quote: '"' }],
  ['backslash as escape', 'id,name\n1,"a \\"x\\", b"\n2,"c"\n', { quote: '"', escape: '\\' }],
  [
    'backslash, though each row could be mended',
    'id,name\n1,"a \\"x\\" b"\n2,"c"\n',
    { escape: '\\' },
  ],
  ['stray quotes', 'id,name\n1,"12" ruler, red"\n2,"c"\n3,"d"\n', { quote: '"' }],
  ['blanks before quotes', 'id, name\n1, "a, b"\n2, "c, d"\n', { delimiter: ',', headerRows: 1 }],
  ['CRLF', 'id,n\r\n1,2\r\n', { lineEnd: '\r\n' }],
  ['old Macintosh', 'id,n\r1,2\r3,4\r', { lineEnd: '\r' }],
  ['old Macintosh, one line feed', 'id;n\r1;2\r3;4\n5;6\r', { lineEnd: 'mixed', delimiter: ';' }],
  ['semicolons in prose', 'id,name\n1,a; b; c\n2,d; e; f\n', { delimiter: ',', headerRows: 1 }],
  [
    'apostrophes in cells between them',
    "id,text\n1,'won't, or'\n2,'x'\n3,'y, z'\n",
    { quote: "'", escape: "'" },
  ],
  [
    'a backslash before an apostrophe',
    "id,text\n1,'a\\'b, c'\n2,'x'\n",
    { quote: "'", escape: '\\' },
  ],
  ['labels behind a comment sign', '#id,n\n1,2\n3,4\n', { skipLines: 0, headerRows: 1 }],
  ['numbers behind such a sign', 'no,n\n#1,2\n#2,4\n', { skipLines: 0, headerRows: 1 }],
  ['line ends of all kinds', 'id,n\r1,2\n3,4\r\n5,6\r', { lineEnd: 'mixed' }],
  ['empty cells between bars', 'id||n\n1|x|2\n3||4\n', { delimiter: '|' }],
  ['sep line', 'sep=;\r\nid;n\r\n1;2\r\n', { delimiter: ';', skipLines: 1, headerRows: 1 }],
  ['blank lines first', '\n\nid,n\n1,2\n', { skipLines: 2 }],
  ['UTF-8 with mark', '\uFEFFid;Größe\n1;2\n', { encoding: 'utf-8', delimiter: ';' }],
  ['windows-1252', latin('id;Größe\n1;2\n'), { encoding: 'windows-1252' }],
  ['UTF-16 with mark', wide('\uFEFFid\tn\r\n1\t2\r\n'), { encoding: 'utf-16le', delimiter: '\t' }],
  ['UTF-16 without mark', wide('id,n\n1,2\n'), { encoding: 'utf-16le', headerRows: 1 }],
  ['UTF-16, the other end first', wide('id,n\n1,2\n').swap16(), { encoding: 'utf-16be' }],
  ['years as labels', 'product,2023,2024\na,1,2\nb,3,4\n', {}],
]
test.each(sure)('sure of %s', (_, content, expected) => {
  const { dialect, doubts } = found(content)
  expect(dialect).toMatchObject(expected)
  if (Object.keys(expected).length > 0) expect(doubts).toEqual([])
})

const doubtful: [string, string | Buffer, Partial<Dialect>, RegExp][] = [
  ['one column', 'name\nAnna\nBerta\n', {}, /only one column/],
  [
    'titles',
    'Sales report\nfrom;2024-01-01\n\nid;n;p;q\n1;2;3;4\n',
    { skipLines: 3 },
    /first 3 lines.*Sales report/,
  ],
  ['padded titles', 'Sales report,,,\nid,n,p,q\n1,2,3,4\n', { skipLines: 1 }, /first line/],
  [
    'comment lines',
    '# made, by, a till, x, y\n-- and, so, on, x, y\n// x\nid,n,p\n1,2,3\n4,5,6\n',
    { skipLines: 3, headerRows: 1 },
    /first 3 lines.*made  by  a till/,
  ],
  ['no header', '1,a\n2,b\n3,c\n', { headerRows: 0 }, /looks like data/],
  [
    'a rare delimiter',
    'id#name\n1#a b\n2#c d\n',
    { delimiter: '#', headerRows: 1 },
    /character “#”/,
  ],
  ['bars in pairs', 'id||name||n\n1||a|b||2\n3||c||4\n', { delimiter: '||' }, /characters “\|\|”/],
  ['bars in pairs alone', 'anna||berlin\nberta||bonn\n', { delimiter: '||' }, /“\|\|”/],
  ['bars between tildes', 'id~|~n\n1~|~2\n3~|~4\n', { delimiter: '~|~' }, /“~\|~”/],
  ['colons in pairs', 'id::n\n1::2\n3::4\n', { delimiter: '::' }, /“::”/],
  [
    'commas with blanks beside commas in numbers',
    'id, n\n1, 2,000\n3, 4\n',
    { delimiter: ', ' },
    /“, ”/,
  ],
  [
    'one column of decimal commas',
    'Preis\n1,50\n12\n3,00\n',
    { delimiter: ';', headerRows: 1, skipLines: 0 },
    /only one column/,
  ],
  [
    'one column of names',
    'name\nSmith, Anna\nLee, Bo\nSmith, Bo\n',
    { delimiter: ';', headerRows: 1, skipLines: 0 },
    /only one column/,
  ],
  [
    'one column of sentences',
    'What they said\nWe came early; it was closed.\nSo we waited; it rained all day.\n',
    { delimiter: ',', headerRows: 1, skipLines: 0 },
    /only one column/,
  ],
  [
    'a title over a list',
    'Shops 2026\nname, city\nTea, Bonn\nBread, Ulm\n',
    { delimiter: ',', skipLines: 1 },
    /first line/,
  ],
  ['words in one column', 'name\nAnn Lee\nBo Ray\n', { headerRows: 1 }, /only one column/],
  ['times in one column', '10:15\n11:20\n12:25\n', {}, /only one column/],
  [
    'a first row that cannot be read, after a blank line',
    '\n"x,2,3\na,b,c\n"1,1",2,3\n"4,4",5,6\n7,8,9\n',
    { skipLines: 1, headerRows: 0 },
    /first row of the table cannot be read/,
  ],
  ['only text', 'anna,berlin\nberta,bonn\n', { headerRows: 1 }, /not sure/],
  ['one row', 'id,name\n', { headerRows: 1 }, /only one row/],
  ['two delimiters', 'a,b;c\n1,2;3\n4,5;6\n', {}, /possible too|different numbers|delimiter/],
  ['ragged', 'a,b,c\n1\n1,2\n1,2,3,4\n1,2,3,4,5\n', {}, /different numbers/],
  [
    'carets, and line ends of all kinds',
    'id^n\r\n1^2\n3^4\r5^6\n',
    { lineEnd: 'mixed', delimiter: '^', headerRows: 1 },
    /character “\^”/,
  ],
  [
    'curly quotes that enclose cells',
    'id,name,n\n1,“a, b”,2\n2,“c”,3\n3,“d, e”,4\n',
    { quote: '“', headerRows: 1 },
    /takes “ and ” for the quotes/,
  ],
  [
    'low quotes of windows-1252',
    latin('id;name;n\n1;\x84Gr\xf6\xdfe; L\xe4nge\x93;2\n2;\x84c\x93;3\n3;\x84d\x93;4\n'),
    { quote: '„', encoding: 'windows-1252' },
    /takes „ and “/,
  ],
  ['guillemets', 'id;name\n1;«a; b»\n2;«c»\n', { quote: '«' }, /takes « and »/],
  [
    'quotes as text',
    'id\tsize\n1\t"7 inch\n2\t"8" wide\n3\tx\n4\t"y" z\n',
    { quote: '' },
    /do not enclose/,
  ],
  [
    'broken UTF-8',
    Buffer.concat([Buffer.from('id,n\n1,äöüäöüäöü\n'), Buffer.of(0xff), Buffer.from(',2\n')]),
    { encoding: 'utf-8' },
    /no text/,
  ],
  ['an older encoding', latin('id,n\n1,K\x81che\n'), { encoding: 'ibm850' }, /accents/],
]
test.each(doubtful)('doubts %s', (_, content, expected, sentence) => {
  const { dialect, doubts } = found(content)
  expect(dialect).toMatchObject(expected)
  expect(doubts.join('\n')).toMatch(sentence)
})

const bodyOf = (row: string) => `${row}\n`.repeat(3)
const headerRows: [string, string, number, number][] = [
  [
    'groups over labels',
    `,2026 Q1,,2026 Q2,\nStore,Sales,Cost,Sales,Cost\n${bodyOf('a,1,2,3,4')}`,
    2,
    0,
  ],
  ['hardly filled groups', `,Q1,,,Q2,,\nStore,A,B,C,A,B,C\n${bodyOf('a,1,2,3,4,5,6')}`, 2, 0],
  ['years under groups', `,Sales,,Cost,\nStore,2025,2026,2025,2026\n${bodyOf('a,1,2,3,4')}`, 2, 0],
  ['three rows', `,A,,B,\n,C,,D,\nStore,x,y,x,y\n${bodyOf('a,1,2,3,4')}`, 3, 0],
  ['a header printed twice', `id,n,p\nid,n,p\n${bodyOf('1,2,3')}`, 2, 0],
  ['a title above groups', `Report\n\n,Q1,,Q2,\nStore,A,B,A,B\n${bodyOf('a,1,2,3,4')}`, 2, 2],
  ['a title', `Report,,,\nid,n,p,q\n${bodyOf('1,2,3,4')}`, 1, 1],
  ['a first row of text', `id,,p\nx,y,z\n${bodyOf('1,2,3')}`, 2, 0],
  ['a first row without values', `id,,p\nn/a,-,null\n${bodyOf('1,2,3')}`, 1, 0],
  ['text in all columns', 'name,,town\nAnn,Lee,Rome\nBo,Ray,Bonn\n', 1, 0],
  ['a complete header', `id,n,p\nx,y,z\n${bodyOf('1,2,3')}`, 1, 0],
]
test.each(headerRows)('rows of labels: %s', (_, content, rows, skipLines) => {
  const { dialect, doubts } = found(content)
  expect(dialect).toMatchObject({ headerRows: rows, skipLines })
  expect(doubts.some((doubt) => doubt.includes('carry its labels together'))).toBe(rows > 1)
})

test('the runner-up is kept, with what it makes of the file', () => {
  const { dialect, width, share, next } = found('id,x;y,n\n1,a;b,2\n2,c;d,3\n')
  expect([dialect.delimiter, width, share]).toEqual([',', 3, 1])
  expect(next).toMatchObject({ dialect: { delimiter: ';', headerRows: 1 }, width: 2, share: 1 })
  expect(found('id,n\n1,2\n3,4\n').next).toBeNull()
  expect(found('Preis\n1,50\n3,00\n').next).toMatchObject({ dialect: { delimiter: ',' }, width: 2 })
})

test('the runner-up is a rival where what was found does not split every row into more columns', () => {
  const reading: Reading = { kind: 'parquet' }
  const weighed = (...each: [columns: number, share: number][]) =>
    each.map(([columns, share]) => ({ reading, columns, share }))
  const isRival = (...each: [columns: number, share: number][]) =>
    rivalOf(weighed(...each)) !== null
  expect(isRival([5, 1])).toBe(false)
  expect(isRival([5, 1], [2, 1])).toBe(false)
  expect(isRival([5, 0.98], [2, 1])).toBe(true)
  expect(isRival([3, 1], [3, 0.7])).toBe(true)
  expect(isRival([1, 1], [2, 1])).toBe(true)
})

test('labels of several rows are joined, and a group counts for the blanks after it', () => {
  const joined = (...rows: string[]) => joinLabels(rows.map((row) => row.split(',')))
  expect(joined(',Q1,,Q2', 'Store,A,B,A,B')).toEqual(['Store', 'Q1 A', 'Q1 B', 'Q2 A', 'Q2 B'])
  expect(joined('Name,Price,Weight,', ',EUR,kg,')).toEqual(['Name', 'Price EUR', 'Weight kg', ''])
  expect(joined('X,,', ',y,', 'a,b,c')).toEqual(['X a', 'X y b', 'X y c'])
  expect(joined(' a ,b')).toEqual([' a ', 'b'])
})

test('a nearly empty first row is no title when no labels follow', () => {
  expect(found('1,,,\n2,3,4,5\n6,7,8,9\n').dialect.skipLines).toBe(0)
})

test.each([
  [
    'Excel workbook',
    Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.from('....xl/workbook.xml')]),
  ],
  ['ZIP archive', Buffer.from('504b03041400', 'hex')],
  ['old Excel workbook', Buffer.from('d0cf11e0a1b11ae100', 'hex')],
  ['PDF', Buffer.from('%PDF-1.7\n')],
  ['picture', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['web page', Buffer.from('\uFEFF<!DOCTYPE html>\n<html>')],
  ['table in it', Buffer.from('<table border=1><tr><td>1</td></tr></table>')],
  ['table in it', Buffer.from('<html><head></head><body>\n<TABLE><tr><td>1</td></tr></TABLE>')],
  [
    'of the year 2003',
    Buffer.from(
      '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    ),
  ],
  ['binary', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 11))],
])('refuses a file that is no table: %s', (what, content) => {
  expect(() => found(content)).toThrow(what)
})

test('a NUL in a text file does not make it binary', () => {
  expect(found('a,b,c\n\0,2,3\n').dialect.encoding).toBe('utf-8')
})

test.each([0.2, 0.35, 0.5])('a share of %s latin-1 lines garbles no line of UTF-8', (share) => {
  const lines = Array.from({ length: 100 }, (_, index) => {
    const line = `${index},Müller,Köln\n`
    return index % 20 < share * 20 ? latin(line) : Buffer.from(line)
  })
  const { dialect, doubts } = found(Buffer.concat([Buffer.from('id,name,town\n'), ...lines]))
  expect(dialect.encoding).toBe('utf-8')
  expect(doubts.join()).toContain('mixes UTF-8 with another encoding')
})

test('a few lines of UTF-8 among others are read wrongly, which is said', () => {
  const lines = Array.from({ length: 100 }, (_, index) => {
    const line = `${index},Müller,Köln\n`
    return index % 5 > 0 ? latin(line) : Buffer.from(line)
  })
  const { dialect, doubts } = found(Buffer.concat([Buffer.from('id,name,town\n'), ...lines]))
  expect(dialect.encoding).toBe('windows-1252')
  expect(doubts.join()).toContain('those few would come out wrong')
})

test.each([
  ['[{"id": 1, "name": "a"}]'],
  ['{"id": 1}\n{"id": 2}\n'],
  ['[\n  [1, 2],\n  [3, 4]\n]'],
  ['\uFEFF{ "rows": [] }'],
])('JSON is refused with a sentence: %s', (content) => {
  expect(() => found(content)).toThrow(/This file is JSON, not a text table/)
})

test('a title in brackets is no JSON', () => {
  expect(found('[Sales]\nid,name,n\n1,a,2\n2,b,3\n').dialect.skipLines).toBe(1)
})

const inLanguages: [Dialect['encoding'], string][] = [
  ['windows-1252', 'Müller;Straße;2,50 €;„Größe“;5 °C'],
  ['windows-1252', 'Crème brûlée;déjà vu;l’été;12 €'],
  ['windows-1252', 'Jamón;piña;año;¿qué?;São João;rosé'],
  ['windows-1252', '19,99 €;1 €;–;§ 5'],
  ['windows-1252', 'Smørrebrød;blåbær;kött'],
  ['windows-1250', 'Żółta łódź;gęś;ścieżka;Łódź;środek'],
  ['windows-1250', 'Příliš žluťoučký kůň;řeřicha;děti'],
  ['windows-1250', 'Főzőtök;gyűrű;tükörfúró;hűtő'],
  ['iso-8859-2', 'Żółta łódź;gęś;ścieżka;śledź;wąż'],
  ['windows-1251', 'Молоко;Хлеб;Сыр российский'],
  ['windows-1253', 'Γάλα;Ψωμί;Τυρί φέτα'],
  ['windows-1254', 'Ekşi elma;çilek;ığdır;İstanbul;süt'],
  ['windows-1254', 'Şişe ağız;İstanbul;Ekmek dağı;Eskişehir;ışık'],
  ['windows-1252', 'Þórður;Ísafjörður;mjólk;brauð;ýsa'],
  ['windows-1257', 'Žąsis;ėriena;šaltibarščiai;gražių'],
  ['ibm850', 'Müller;Straße;Käse;Brötchen;Größe'],
  ['ibm850', 'Crème brûlée;déjà vu;hôtel'],
  ['macintosh', 'Müller;Straße;Käse;Brötchen;Größe'],
]
const inEastAsia: [Dialect['encoding'], string][] = [
  ['shift_jis', '商品,値段\nコーヒー豆,500\n緑茶,300\n表示|ソース,10\n'],
  ['euc-jp', '商品,値段\nコーヒー豆,500\n緑茶と紅茶,300\n東京の店,20\n'],
  ['gb18030', '商品,价格\n咖啡,500\n绿茶和红茶,300\n我们的商店在北京,10\n'],
  ['big5', '商品,價格\n咖啡,500\n綠茶和紅茶,300\n我們的商店在臺北,10\n'],
  ['euc-kr', '상품,가격\n커피,500\n녹차와 홍차,300\n서울 상점,10\n'],
]
test.each(inEastAsia)('finds %s', (encoding, content) => {
  const { dialect, doubts } = found(encodeWide(content, encoding))
  expect(dialect.encoding).toBe(encoding)
  expect(doubts.join()).toContain(encodingNames[encoding])
})

const notInEastAsia: [Dialect['encoding'], string][] = [
  ['windows-1251', 'МОЛОКО'],
  ['windows-1251', 'ХЛЕБ;ЦЕНА'],
  ['windows-1253', 'ΓΑΛΑ;ΨΩΜΙ'],
  ['windows-1254', 'ÇİLEK'],
  ['ibm850', 'Müller;Brötchen'],
  ['macintosh', 'Straße;Käse'],
  ['windows-1252', 'GRÜSSE;ÄÖÜÄÖÜ;déjà'],
]
test.each(notInEastAsia)('takes %s for none of East Asia: %s', (encoding, words) => {
  const map = singleByteMap(encoding)
  const line = Array.from(`${words}\n`, (letter) => map?.indexOf(letter.charCodeAt(0)) ?? -1)
  const bytes = Buffer.concat(Array<Buffer>(20).fill(Buffer.from(line)))
  expect(singleByteMap(found(bytes).dialect.encoding)).not.toBeNull()
})

test.each(['utf-32le', 'utf-32be'] as const)('finds %s, with and without a mark', (encoding) => {
  for (const mark of ['', '\uFEFF'])
    expect(found(encodeWide(`${mark}id,n\n1,ä2€\n`, encoding)).dialect).toMatchObject({
      encoding,
      delimiter: ',',
      headerRows: 1,
    })
})

test.each(inLanguages)('finds %s in %s', (encoding, words) => {
  const map = singleByteMap(encoding)
  const bytes = Array.from(`a;b\n${words}\n`, (letter) => {
    const byte = map?.indexOf(letter.charCodeAt(0)) ?? -1
    expect(byte, letter).toBeGreaterThanOrEqual(0)
    return byte
  })
  expect(found(Buffer.from(bytes)).dialect.encoding).toBe(encoding)
})

test.each<[string, Buffer, string, string, RegExp]>([
  ['a mark', Buffer.from('\uFEFFa,b\n1,2\n'), 'utf-8', 'certain', /byte-order mark/],
  ['ASCII alone', Buffer.from('a,b\n1,2\n'), 'utf-8', 'certain', /most encodings write alike/],
  ['letters', Buffer.from('a,b\nKüche,2\n'), 'utf-8', 'certain', /is UTF-8/],
  ['pairs', wide('a,b\n1,2\n3,4\n'), 'utf-16le', 'likely', /Zeros/],
  ['bytes', latin('a,b\nKüche,2\nTür,3\n'), 'windows-1252', 'likely', /^100 % of/],
  [
    // Büro, Küche, für, Straße, Öl as a Macintosh writes them.
    'bytes of a Macintosh',
    latin('a,b\nB\x9fro,1\nK\x9fche,2\nf\x9fr,3\nStra\xa7e,4\n\x85l,5\n'),
    'macintosh',
    'likely',
    /% of its letters/,
  ],
  [
    'letters of no language',
    latin('a,b\nx\x81\x8d\x8f\xf0\xd0y,1\nz\x9d\xfe\xbey,2\n'),
    'any',
    'guessed',
    /% of its letters/,
  ],
])('by %s it says how sure the encoding is', (_, bytes, encoding, confidence, evidence) => {
  const { dialect, encoding: said } = found(bytes)
  if (encoding !== 'any') expect(dialect.encoding).toBe(encoding)
  expect(said.confidence).toBe(confidence)
  expect(said.evidence).toMatch(evidence)
})

test.each<[string, string, Partial<Dialect>]>([
  [
    'blanks, one or several',
    'name  qty price\nnut 1 2.50\nscrew    20  3.75\noil 3    4.00\n',
    { delimiter: ' ', repeats: true, headerRows: 1 },
  ],
  [
    'blanks between numbers, at both ends too',
    ' 1.5   20 \n   2.25 3\n10.0     4   \n',
    { delimiter: ' ', repeats: true, headerRows: 0 },
  ],
  [
    'a table with comments in it',
    'id;qty\n1;2\n# counted by hand\n2;3\n#\n3;4\n',
    { delimiter: ';', comment: '#', headerRows: 1 },
  ],
])('%s are found', (_, content, dialect) => {
  expect(found(content).dialect).toMatchObject(dialect)
})

test.each([
  ['numbers of orders', 'id,qty\n#1,2\n#2,3\n'],
  ['a row as wide as the table', 'id,qty\n1,2\n# two,3\n# of them\n'],
])('no comment is found in %s', (_, content) => {
  expect(found(content).dialect.comment).toBeUndefined()
})
