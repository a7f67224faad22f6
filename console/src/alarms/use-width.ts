import { onBeforeUnmount, onMounted, reactive } from 'vue';

const NARROW = '(max-width: 1599px)';
const ONE_PAGE = '(max-width: 1199px)';

/** Below 1600 px the place column becomes a tab of the detail, below 1200 px list and detail are two pages. */
export function useWidth() {
  const queries = { isNarrow: window.matchMedia(NARROW), isOnePage: window.matchMedia(ONE_PAGE) };
  const width = reactive({ isNarrow: queries.isNarrow.matches, isOnePage: queries.isOnePage.matches });
  const read = () => {
    width.isNarrow = queries.isNarrow.matches;
    width.isOnePage = queries.isOnePage.matches;
  };
  onMounted(() => {
    for (const query of Object.values(queries)) query.addEventListener('change', read);
  });
  onBeforeUnmount(() => {
    for (const query of Object.values(queries)) query.removeEventListener('change', read);
  });
  return width;
}
