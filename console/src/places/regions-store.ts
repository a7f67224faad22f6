import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { RegionNode } from '../../../gateway/http/contract/places.ts';
import { ask } from '../api/request.ts';

/** The division tree (行政区划), all of it: some three thousand nodes, loaded once. */
export const useRegions = defineStore('regions', () => {
  const nodes = shallowRef<readonly RegionNode[]>([]);
  const isLoading = ref(false);
  const byCode = computed(() => new Map(nodes.value.map((node) => [node.code, node])));

  async function load(): Promise<void> {
    if (isLoading.value || nodes.value.length > 0) return;
    isLoading.value = true;
    const answer = await ask<{ items: RegionNode[] }>('/regions');
    if (answer.ok) nodes.value = answer.value.items;
    isLoading.value = false;
  }

  /** County and township of a place; the code where the tree does not know it. */
  function nameOf(code: string): string {
    const path: string[] = [];
    for (let node = byCode.value.get(code); node !== undefined; node = byCode.value.get(node.parent ?? '')) {
      if (node.level === 'county' || node.level === 'township') path.unshift(node.name);
    }
    return path.length > 0 ? path.join(' ') : (byCode.value.get(code)?.name ?? code);
  }

  return { nodes, byCode, load, nameOf };
});
