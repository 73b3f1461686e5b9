# Functions on strings: joining, splitting, tests, escapes for other languages, numbers, build flags.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isInt
    isList
    isPath
    isString
    length
    listToAttrs
    match
    replaceStrings
    split
    stringLength
    substring
    ;
  inherit (lib.lists) last;
  inherit (lib.strings)
    addContextFrom
    concatMapStringsSep
    escape
    escapeNixString
    escapeShellArg
    fixedWidthString
    hasPrefix
    hasSuffix
    isStringLike
    isValidPosixName
    lowerChars
    makeSearchPathOutput
    splitString
    stringToCharacters
    toLower
    toUpper
    upperChars
    ;

  letters = text: genList (index: substring index 1 text) (stringLength text);

  # Characters 1 to 127 and their codes.
  hexadecimal = letters "0123456789abcdef";
  ascii = listToAttrs (
    genList (index: {
      name = builtins.fromJSON "\"\\u00${elemAt hexadecimal ((index + 1) / 16)}${elemAt hexadecimal (lib.trivial.mod (index + 1) 16)}\"";
      value = index + 1;
    }) 127
  );

  # What needs no escaping in a URL (RFC 3986, section 2.3).
  unreserved = lowerChars ++ upperChars ++ letters "0123456789-_.~";
  toEscape = filter (character: !elem character unreserved) (attrNames ascii);
  urlEscapes = map (character: "%" + fixedWidthString 2 "0" (lib.trivial.toHexString ascii.${character})) toEscape;

  keywords = [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ];

  prefixLength =
    same: limit:
    let
      from = index: if index < limit && same index then from (index + 1) else index;
    in
    from 0;

  parseInteger =
    function: pattern: text:
    let
      found = match pattern text;
      number = if found == null then null else builtins.fromJSON (head found);
    in
    if isInt number then number else throw "${function}: Could not convert ${escapeNixString text} to int.";
in
{
  inherit (builtins)
    compareVersions
    concatStringsSep
    elem
    elemAt
    filter
    fromJSON
    genList
    head
    isAttrs
    isInt
    isList
    isPath
    isString
    match
    parseDrvName
    readFile
    replaceStrings
    split
    storeDir
    stringLength
    substring
    tail
    toJSON
    typeOf
    unsafeDiscardStringContext
    appendContext
    ;

  # Joining.
  concatStrings = concatStringsSep "";
  concatMapStrings = function: items: concatStringsSep "" (map function items);
  concatImapStrings = function: items: concatStringsSep "" (lib.lists.imap1 function items);
  concatMapStringsSep = separator: function: items: concatStringsSep separator (map function items);
  concatImapStringsSep = separator: function: items: concatStringsSep separator (lib.lists.imap1 function items);
  concatMapAttrsStringSep = separator: function: set: concatStringsSep separator (lib.attrsets.mapAttrsToList function set);
  concatLines = lib.strings.concatMapStrings (line: line + "\n");
  join = concatStringsSep;
  intersperse =
    separator: items:
    if items == [ ] then
      [ ]
    else
      [ (head items) ]
      ++ builtins.concatMap (item: [
        separator
        item
      ]) (builtins.tail items);
  replicate = count: text: concatStringsSep "" (lib.lists.replicate count text);
  optionalString = condition: text: if condition then text else "";
  fixedWidthString =
    width: filler: text:
    let
      missing = width - stringLength text;
    in
    if missing == 0 then
      text
    else if missing > 0 then
      filler + fixedWidthString (width - stringLength filler) filler text
    else
      throw "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString (stringLength text)})";
  fixedWidthNumber = width: number: fixedWidthString width "0" (toString number);

  # Splitting.
  stringToCharacters = letters;
  stringAsChars = function: text: concatStringsSep "" (map function (letters text));
  splitString = separator: text: map (addContextFrom text) (filter isString (split (lib.strings.escapeRegex (toString separator)) (toString text)));
  # A new part begins where `select previous current` holds; that character is dropped unless kept.
  splitStringBy =
    select: keep: text:
    let
      size = stringLength text;
      characters = letters text;
      starts = filter (index: select (if index == 0 then "" else elemAt characters (index - 1)) (elemAt characters index)) (genList (index: index) size);
      bounds = [ 0 ] ++ starts;
      ends = starts ++ [ size ];
      part =
        number:
        let
          start = elemAt bounds number + (if keep || number == 0 then 0 else 1);
        in
        substring start (elemAt ends number - start) text;
    in
    if text == "" then
      [ "" ]
    else
      map (addContextFrom text) (genList part (length bounds));
  removePrefix =
    prefix: text:
    let
      size = stringLength prefix;
    in
    if substring 0 size text == prefix then substring size (-1) text else text;
  removeSuffix =
    suffix: text:
    let
      size = stringLength text - stringLength suffix;
    in
    if size >= 0 && substring size (-1) text == suffix then substring 0 size text else text;
  trim = lib.strings.trimWith {
    start = true;
    end = true;
  };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    text:
    let
      space = " \t\r\n";
      found = match (
        (if start then "[${space}]*" else "") + (if end then "(.*[^${space}])[${space}]*" else if start then "([^${space}].*)?" else "(.*)")
      ) text;
    in
    if start || end then (if found == null || head found == null then "" else head found) else text;
  replaceString = from: to: replaceStrings [ from ] [ to ];
  fileContents = path: lib.strings.removeSuffix "\n" (builtins.readFile path);

  # Tests.
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      size = stringLength text - stringLength suffix;
    in
    size >= 0 && substring size (-1) text == suffix;
  hasInfix = infix: text: infix == "" || replaceStrings [ infix ] [ "" ] "${text}" != text;
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  isStringLike = value: isString value || isPath value || value ? outPath || value ? __toString;
  isConvertibleWithToString =
    value:
    let
      kind = builtins.typeOf value;
    in
    kind == "int" || kind == "float" || kind == "bool" || kind == "null" || isStringLike value || (isList value && builtins.all lib.strings.isConvertibleWithToString value);
  isStorePath =
    value:
    isStringLike value
    && (
      let
        text = toString value;
      in
      # A path in the store, or one that stands for an output whose content is not known yet.
      (substring 0 1 text == "/" && dirOf text == builtins.storeDir) || match "/[0-9a-df-np-sv-z]{52}" text != null
    );
  commonPrefixLength = first: second: prefixLength (index: substring index 1 first == substring index 1 second) (lib.trivial.min (stringLength first) (stringLength second));
  commonSuffixLength =
    first: second:
    let
      a = stringLength first - 1;
      b = stringLength second - 1;
    in
    prefixLength (index: substring (a - index) 1 first == substring (b - index) 1 second) (lib.trivial.min (a + 1) (b + 1));

  # The number of single-character insertions, removals and changes between two strings.
  levenshtein =
    first: second:
    let
      rowOf = letters second;
      width = length rowOf;
      # One row of distances from the row before it, left to right.
      nextRow =
        row: character:
        foldl' (
          done: index:
          let
            left = last done + 1;
            above = elemAt row (index + 1) + 1;
            change = elemAt row index + (if elemAt rowOf index == character then 0 else 1);
            best = lib.trivial.min left (lib.trivial.min above change);
          in
          builtins.seq best (done ++ [ best ])
        ) [ (head row + 1) ] (genList (index: index) width);
    in
    last (foldl' nextRow (genList (index: index) (width + 1)) (letters first));
  # Walks both strings at once and spends one of `limit` at each difference.
  levenshteinAtMost =
    limit: first: second:
    let
      firstSize = stringLength first;
      secondSize = stringLength second;
      within =
        left: a: b:
        if a == firstSize then
          secondSize - b <= left
        else if b == secondSize then
          firstSize - a <= left
        else if substring a 1 first == substring b 1 second then
          within left (a + 1) (b + 1)
        else
          left > 0 && (within (left - 1) (a + 1) (b + 1) || within (left - 1) (a + 1) b || within (left - 1) a (b + 1));
      difference = if firstSize > secondSize then firstSize - secondSize else secondSize - firstSize;
    in
    difference <= limit && (if limit <= 3 then within limit 0 0 else lib.strings.levenshtein first second <= limit);

  # Case.
  lowerChars = letters "abcdefghijklmnopqrstuvwxyz";
  upperChars = letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  toSentenceCase =
    text:
    if isString text then
      addContextFrom text (toUpper (substring 0 1 text) + toLower (substring 1 (-1) text))
    else
      throw "toSentenceCase does only accepts string values, but got ${builtins.typeOf text}";
  toCamelCase =
    text:
    let
      separated = lib.strings.splitStringBy (
        previous: current: elem current [ "-" "_" " " ]
      ) false text;
      words = builtins.concatMap (lib.strings.splitStringBy (
        previous: current: match "[a-z]" previous != null && match "[A-Z]" current != null
      ) true) separated;
      parts = map toLower words;
    in
    if !isString text then
      throw "toCamelCase does only accepts string values, but got ${builtins.typeOf text}"
    else
      concatStringsSep "" (lib.lists.imap0 (index: word: if index == 0 then word else lib.strings.toSentenceCase word) parts);

  # Contexts.
  addContextFrom = source: target: substring 0 0 source + target;

  # Escapes.
  escape = characters: replaceStrings characters (map (character: "\\${character}") characters);
  escapeC =
    characters:
    replaceStrings characters (map (character: "\\x${fixedWidthString 2 "0" (toLower (lib.trivial.toHexString (lib.strings.charToInt character)))}") characters);
  escapeRegex = escape (letters "\\[{()^$?*+|.");
  escapeURL = replaceStrings toEscape urlEscapes;
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  escapeShellArg =
    value:
    let
      text = toString value;
    in
    if match "[[:alnum:],._+:@%/-]+" text == null then "'${replaceStrings [ "'" ] [ "'\\''" ] text}'" else text;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixString = text: escape [ "$" ] (builtins.toJSON text);
  escapeNixIdentifier = name: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" name != null && !elem name keywords then name else escapeNixString name;
  toShellVar =
    name: value:
    if !isValidPosixName name then
      throw "toShellVar: ${name} is not a valid shell variable name"
    else if isAttrs value && !isStringLike value then
      "declare -A ${name}=(${concatStringsSep " " (lib.attrsets.mapAttrsToList (key: item: "[${escapeShellArg key}]=${escapeShellArg item}") value)})"
    else if isList value then
      "declare -a ${name}=(${lib.strings.escapeShellArgs value})"
    else
      "${name}=${escapeShellArg value}";
  toShellVars = variables: concatStringsSep "\n" (lib.attrsets.mapAttrsToList lib.strings.toShellVar variables);
  sanitizeDerivationName =
    let
      longest = 207;
      clean =
        text:
        let
          undotted = head (match "\\.*(.*)" text);
          allowed = concatStringsSep "" (map (part: if isList part then "-" else part) (split "[^[:alnum:]+._?=-]+" undotted));
          size = stringLength allowed;
          short = if size > longest then substring (size - longest) longest allowed else allowed;
        in
        if short == "" then "unknown" else short;
    in
    value:
    let
      text = builtins.unsafeDiscardStringContext (toString value);
    in
    if stringLength text <= longest && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" text != null then text else clean text;

  # Numbers.
  charToInt = character: ascii.${character};
  toInt =
    text:
    let
      trimmed = head (match "[[:space:]]*(.*[^[:space:]])?[[:space:]]*" text);
    in
    if trimmed != null && match "-?0[0-9]+" trimmed != null then
      throw "toInt: Ambiguity in interpretation of ${escapeNixString text} between octal and zero padded integer."
    else
      parseInteger "toInt" "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
  toIntBase10 =
    text:
    let
      found = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
    in
    if match "[[:space:]]*0+[[:space:]]*" text != null then 0 else parseInteger "toIntBase10" "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
  floatToString =
    number:
    let
      text = toString number;
    in
    lib.trivial.warnIf (builtins.fromJSON text != number) "Imprecise conversion from float to string ${text}" text;

  # Packages.
  getName = package: (if isString package then builtins.parseDrvName package else if package ? pname then { name = package.pname; } else builtins.parseDrvName package.name).name;
  getVersion = package: if isString package then (builtins.parseDrvName package).version else package.version or (builtins.parseDrvName package.name).version;
  versionOlder = first: second: builtins.compareVersions second first == 1;
  versionAtLeast = first: second: builtins.compareVersions first second != -1;
  nameFromURL =
    url: separator:
    let
      file = last (splitString "/" url);
      name = head (splitString separator file);
    in
    assert name != file;
    name;

  # Search paths; null stands for no package.
  makeSearchPath = folder: packages: concatMapStringsSep ":" (path: path + "/${folder}") (filter (path: path != null) packages);
  makeSearchPathOutput = output: folder: packages: lib.strings.makeSearchPath folder (map (lib.attrsets.getOutput output) packages);
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";
  normalizePath =
    path:
    (if hasPrefix "/" path then "/" else "") + concatStringsSep "/" (filter (part: part != "") (splitString "/" path)) + (if hasSuffix "/" path && match "/*" path == null then "/" else "");

  # Build flags.
  enableFeature = flag: feature: "--${if flag then "enable" else "disable"}-${feature}";
  enableFeatureAs = flag: feature: value: lib.strings.enableFeature flag feature + (if flag then "=${value}" else "");
  withFeature = flag: feature: "--${if flag then "with" else "without"}-${feature}";
  withFeatureAs = flag: feature: value: lib.strings.withFeature flag feature + (if flag then "=${value}" else "");
  cmakeOptionType =
    kind: feature: value:
    assert elem (toUpper kind) [ "BOOL" "FILEPATH" "PATH" "STRING" "INTERNAL" "LIST" ];
    assert isString feature;
    assert isString value;
    "-D${feature}:${toUpper kind}=${value}";
  cmakeBool = feature: flag: lib.strings.cmakeOptionType "bool" feature (toUpper (lib.trivial.boolToString flag));
  cmakeFeature = lib.strings.cmakeOptionType "string";
  mesonOption =
    feature: value:
    assert isString feature;
    assert isString value;
    "-D${feature}=${value}";
  mesonBool =
    feature: flag:
    assert builtins.isBool flag;
    "-D${feature}=${lib.trivial.boolToString flag}";
  mesonEnable =
    feature: flag:
    assert builtins.isBool flag;
    "-D${feature}=${if flag then "enabled" else "disabled"}";
}
