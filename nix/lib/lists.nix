# Functions on lists.
{ lib }:
let
  inherit (builtins)
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    partition
    sort
    ;
  inherit (lib.lists) drop foldr sublist take toList;
  inherit (lib.trivial) compare min max;

  smallerLength = a: b: min (length a) (length b);
in
{
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  # Building.
  singleton = item: [ item ];
  toList = value: if isList value then value else [ value ];
  optional = condition: item: if condition then [ item ] else [ ];
  optionals = condition: items: if condition then items else [ ];
  range = first: last: if first > last then [ ] else genList (index: first + index) (last - first + 1);
  replicate = count: item: genList (_: item) count;

  # Mapping.
  forEach = items: function: map function items;
  imap0 = function: items: genList (index: function index (elemAt items index)) (length items);
  imap1 = function: items: genList (index: function (index + 1) (elemAt items index)) (length items);
  ifilter0 =
    select: items:
    map (elemAt items) (filter (index: select index (elemAt items index)) (genList (index: index) (length items)));
  flatten = value: if isList value then concatMap lib.lists.flatten value else [ value ];
  concatAttrValues = set: concatLists (builtins.attrValues set);

  # Folding.
  foldr =
    operator: initial: items:
    let
      count = length items;
      from = index: if index == count then initial else operator (elemAt items index) (from (index + 1));
    in
    from 0;
  fold = lib.trivial.warn "fold has been deprecated, use foldr instead" foldr;
  # From the left, as the Haskell function: nothing is forced between the steps.
  foldl =
    operator: initial: items:
    let
      upTo = index: if index == -1 then initial else operator (upTo (index - 1)) (elemAt items index);
    in
    upTo (length items - 1);
  count = select: foldl' (sum: item: if select item then sum + 1 else sum) 0;

  # Searching.
  findSingle =
    select: none: multiple: items:
    let
      found = filter select items;
    in
    if found == [ ] then
      none
    else if length found == 1 then
      head found
    else
      multiple;
  findFirstIndex =
    select: default: items:
    let
      # Nothing found yet is negative: minus the number of items seen, minus one.
      result = foldl' (
        state: item:
        if state >= 0 then
          state
        else if select item then
          -state - 1
        else
          state - 1
      ) (-1) items;
    in
    if result < 0 then default else result;
  findFirst =
    select: default: items:
    let
      index = lib.lists.findFirstIndex select null items;
    in
    if index == null then default else elemAt items index;
  remove = item: filter (other: other != item);

  # Grouping.
  groupBy' =
    operator: initial: key: items:
    builtins.mapAttrs (_: foldl' operator initial) (builtins.groupBy key items);
  zipListsWith = function: first: second: genList (index: function (elemAt first index) (elemAt second index)) (smallerLength first second);
  zipLists = lib.lists.zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = function: foldl' (functions: arguments: concatMap (one: map one arguments) functions) [ function ];

  # Order.
  reverseList =
    items:
    let
      count = length items;
    in
    genList (index: elemAt items (count - index - 1)) count;
  sortOn =
    key: items:
    map (pair: elemAt pair 1) (
      sort (a: b: head a < head b) (
        map (item: [
          (key item)
          item
        ]) items
      )
    );
  compareLists =
    compareItems: first: second:
    let
      shared = smallerLength first second;
      from =
        index:
        if index == shared then
          compare (length first) (length second)
        else
          let
            order = compareItems (elemAt first index) (elemAt second index);
          in
          if order == 0 then from (index + 1) else order;
    in
    from 0;
  # Digits within the strings sort by their number.
  naturalSort =
    items:
    let
      key = text: map (part: if isList part then lib.strings.toIntBase10 (head part) else part) (builtins.split "([0-9]+)" text);
      keyed = map (item: {
        inherit item;
        key = key item;
      }) items;
    in
    map (entry: entry.item) (sort (a: b: lib.lists.compareLists compare a.key b.key < 0) keyed);
  # Depth first along `before`: who comes first, until a cycle or an end.
  listDfs =
    stopOnCycles: before: items:
    let
      walk =
        current: visited: rest:
        let
          cycles = filter (other: before other current) visited;
          split = partition (other: before other current) rest;
        in
        if stopOnCycles && cycles != [ ] then
          {
            cycle = current;
            loops = cycles;
            inherit visited rest;
          }
        else if split.right == [ ] then
          {
            minimal = current;
            inherit visited rest;
          }
        else
          walk (head split.right) ([ current ] ++ visited) (builtins.tail split.right ++ split.wrong);
    in
    walk (head items) [ ] (builtins.tail items);
  # `result`, or `cycle` and what `loops` back to it.
  toposort =
    before: items:
    let
      found = lib.lists.listDfs true before items;
      others = lib.lists.toposort before (found.visited ++ found.rest);
    in
    if length items < 2 then
      { result = items; }
    else if found ? cycle then
      {
        cycle = lib.lists.reverseList ([ found.cycle ] ++ found.visited);
        inherit (found) loops;
      }
    else if others ? cycle then
      others
    else
      { result = [ found.minimal ] ++ others.result; };

  # Parts.
  sublist =
    start: wanted: items:
    let
      available = length items;
    in
    genList (index: elemAt items (start + index)) (
      if start >= available then
        0
      else if wanted > available - start then
        available - start
      else
        wanted
    );
  take = sublist 0;
  drop = start: items: sublist start (length items) items;
  takeEnd = wanted: items: drop (max 0 (length items - wanted)) items;
  dropEnd = unwanted: items: take (max 0 (length items - unwanted)) items;
  last = items: if items == [ ] then throw "lists.last: list must not be empty!" else elemAt items (length items - 1);
  init = items: if items == [ ] then throw "lists.init: list must not be empty!" else genList (elemAt items) (length items - 1);
  hasPrefix = prefix: items: take (length prefix) items == prefix;
  removePrefix = prefix: items: if lib.lists.hasPrefix prefix items then drop (length prefix) items else throw "lib.lists.removePrefix: First argument is not a list prefix of the second argument";
  commonPrefix =
    first: second:
    let
      shared = smallerLength first second;
      differs = index: elemAt first index != elemAt second index;
    in
    take (lib.lists.findFirst differs shared (genList (index: index) shared)) first;
  replaceElemAt =
    items: index: replacement:
    if index < 0 || index >= length items then
      throw "'lists.replaceElemAt' called with index ${toString index} on a list of size ${toString (length items)}"
    else
      genList (position: if position == index then replacement else elemAt items position) (length items);

  # As sets.
  unique = foldl' (seen: item: if elem item seen then seen else seen ++ [ item ]) [ ];
  # Only for strings: each is looked up by name, so the time is n log n; the result is in byte order.
  uniqueStrings = items: builtins.attrNames (builtins.groupBy (text: text) items);
  allUnique = items: length (lib.lists.unique items) == length items;
  intersectLists = keep: filter (item: elem item keep);
  subtractLists = unwanted: filter (item: !elem item unwanted);
  mutuallyExclusive = first: second: !builtins.any (item: elem item second) first;
}
