<?php
// Writes ../composer/order.txt and ../composer/ranges.txt: what composer/semver
// says of versions and constraints that are made up, the same each time.
require 'Composer/Semver/autoload.php';
use Composer\Semver\Comparator;
use Composer\Semver\Semver;
use Composer\Semver\VersionParser;

mt_srand(20260401);
function pick(array $list) { return $list[mt_rand(0, count($list) - 1)]; }
$numbers = ['0', '0', '1', '1', '2', '3', '9', '10', '11', '99', '01'];
$tails = ['-dev', '-alpha', '-alpha1', '-beta', '-beta.2', 'b3', '-RC1', '-rc2', '-stable', '-patch1', '-p2', '-pl3', '-beta1-dev', 'a1', '-RC', '.alpha.2'];
function version() {
    global $numbers, $tails;
    $v = implode('.', array_map(fn() => pick($numbers), range(1, mt_rand(1, 4))));
    if (mt_rand(0, 3) === 0) $v .= pick($tails);
    if (mt_rand(0, 11) === 0) $v = 'v' . $v;
    if (mt_rand(0, 49) === 0) $v = pick(['', 'dev-main', '1.x-dev', '1.2.3.4.5', 'latest', '1.0-foo', '1..2']);
    return $v;
}
function numeric($v) { return rtrim(preg_replace('/[-a-z@].*$/i', '', ltrim($v, 'v')), '.'); }
function near($v) {
    global $numbers, $tails;
    switch (mt_rand(0, 3)) {
        case 0: return preg_replace('/\d+/', pick($numbers), $v, 1);
        case 1: return numeric($v) . pick($tails);
        case 2: return $v . '.0';
        default: return $v;
    }
}
function term() {
    $v = version();
    switch (mt_rand(0, 8)) {
        case 0: return numeric($v) . '.*';
        case 1: return '^' . $v;
        case 2: return '~' . $v;
        case 3: return pick(['>=', '>', '<', '<=', '!=', '=', '==']) . $v;
        case 4: return '>=' . $v . pick([' <', ',<', ' , <']) . version();
        case 5: return numeric($v) . ' - ' . numeric(version());
        case 6: return $v . pick(['@beta', '@dev', '']);
        default: return '^' . $v;
    }
}
$parser = new VersionParser();
function valid($v) {
    global $parser;
    if (preg_match('/^dev-|-dev$|^$/', $v) && !preg_match('/^v?\d+(\.\d+)*([-.]?(alpha|beta|a|b|rc)[.\d]*)?-dev$/i', $v)) return false;
    try { $n = $parser->normalize($v); return strpos($n, 'dev-') !== 0; } catch (UnexpectedValueException $e) { return false; }
}
$head = '# What composer/semver as Debian has it says. Made by generate/composer.php; see there.';
@mkdir(__DIR__ . '/../composer');
$order = [$head];
for ($i = 0; $i < 1300; $i++) {
    $a = version(); $b = mt_rand(0, 1) ? near($a) : version();
    foreach ([$a, $b] as $v) if (!valid($v)) $order[] = 'invalid ' . json_encode($v, JSON_UNESCAPED_SLASHES);
    if (!valid($a) || !valid($b)) continue;
    $sign = Comparator::lessThan($parser->normalize($a), $parser->normalize($b)) ? '<' : (Comparator::greaterThan($parser->normalize($a), $parser->normalize($b)) ? '>' : '=');
    $order[] = "$a $sign $b";
}
file_put_contents(__DIR__ . '/../composer/order.txt', implode("\n", $order) . "\n");
$ranges = [$head];
for ($i = 0; $i < 700; $i++) {
    $text = term();
    if (mt_rand(0, 4) === 0) $text .= pick([' || ', '|', ' | ', '||']) . term();
    if (strpos($text, 'dev-main') !== false || strpos($text, 'x-dev') !== false) continue;
    try { $c = $parser->parseConstraints($text); } catch (UnexpectedValueException $e) { $ranges[] = json_encode($text, JSON_UNESCAPED_SLASHES) . ' invalid'; continue; }
    preg_match_all('/v?\d[^\s,|@]*/', $text, $found);
    $versions = array_unique(array_map('near', array_merge($found[0], $found[0], [version()])));
    sort($versions);
    foreach ($versions as $v) {
        if (!valid($v) || strpos($v, '*') !== false) continue;
        $ranges[] = json_encode($text, JSON_UNESCAPED_SLASHES) . " $v " . (Semver::satisfies($v, $text) ? 'yes' : 'no');
    }
}
file_put_contents(__DIR__ . '/../composer/ranges.txt', implode("\n", $ranges) . "\n");
