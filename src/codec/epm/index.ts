export * from './binding.js';
export * from './endpoint-mapper.js';
export * from './tower.js';
