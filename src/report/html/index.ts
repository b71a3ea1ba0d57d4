export { auditHead } from './audit.js';
export { type CaptureOptions, PduBook, packed } from './book.js';
export { conformHead, type SaidVerdict } from './conform.js';
export { decodeHead, resultsHead } from './decode.js';
export { labHead } from './lab.js';
export type { PduIndex, ReportHead } from './model.js';
export { RecordsReport } from './ndjson.js';
export { assets, pageEnd, pageHead } from './page.js';
export { HtmlReport } from './report.js';
