# Writes ../ruby/order.txt and ../ruby/ranges.txt: what RubyGems says of
# versions and requirements that are made up, the same each time.
require "rubygems"
require "json"
require "fileutils"

rng = Random.new(20260401)
pick = ->(list) { list[rng.rand(list.size)] }
numbers = %w[0 0 1 1 2 3 9 10 11 99 01 2024 123456789012345]
words = %w[a b rc pre alpha beta rc1 A x]
odd = ["v", "1.", ".1", "1..2", "latest", "1.2.x-", "1.a b", "-1", "1_2", "1.2+3"]

version = lambda do
  next pick[odd] if rng.rand(40).zero?
  v = Array.new(1 + rng.rand(4)) { pick[numbers] }.join(".")
  v += "." + pick[words] if rng.rand(4).zero?
  v += "." + pick[numbers] if rng.rand(5).zero?
  v += "-" + pick[words] + pick[["", "1", ".2"]] if rng.rand(12).zero?
  v
end
near = lambda do |v|
  case rng.rand(5)
  when 0 then v + ".0"
  when 1 then v + "." + pick[words]
  when 2 then v.sub(/\d+/) { pick[numbers] }
  when 3 then v + "." + pick[numbers]
  else v
  end
end

head = "# What RubyGems #{Gem::VERSION} says. Made by generate/ruby.rb; see there."
out = File.join(__dir__, "..", "ruby")
FileUtils.mkdir_p(out)
order = [head]
1300.times do
  a = version.call
  b = rng.rand(2).zero? ? near[a] : version.call
  [a, b].each { |v| order << "invalid #{v.to_json}" unless Gem::Version.correct?(v) }
  next unless Gem::Version.correct?(a) && Gem::Version.correct?(b)
  order << "#{a} #{%w[< = >][(Gem::Version.new(a) <=> Gem::Version.new(b)) + 1]} #{b}"
end
File.write(File.join(out, "order.txt"), order.join("\n") + "\n")

ranges = [head]
700.times do
  terms = Array.new(1 + rng.rand(2)) { pick[["~> ", "~> ", ">= ", "> ", "< ", "<= ", "!= ", "= ", ""]] + version.call }
  text = terms.join(", ")
  begin
    req = Gem::Requirement.new(terms)
  rescue ArgumentError
    ranges << "#{text.to_json} invalid"
    next
  end
  terms.map { |t| near[t.sub(/\A\D*/, "")] }.push(version.call).uniq.sort.each do |v|
    next unless Gem::Version.correct?(v)
    ranges << "#{text.to_json} #{v} #{req.satisfied_by?(Gem::Version.new(v)) ? "yes" : "no"}"
  end
end
File.write(File.join(out, "ranges.txt"), ranges.join("\n") + "\n")
