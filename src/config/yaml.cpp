#include "config/yaml.hpp"

#include <yaml-cpp/yaml.h>

// yaml.h leaves the event interface out.
#include <yaml-cpp/eventhandler.h>

#include <map>
#include <sstream>
#include <utility>

#include "config/faults.hpp"

namespace bpfpush {
namespace {

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 1 : mark.line + 1;
}

bool is_null_word(const std::string& text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// Builds the tree from the parser's events. yaml-cpp's own tree drops nothing we need either, but
// is made before depth or duplicate keys can be judged.
class TreeBuilder final : public YAML::EventHandler {
 public:
  std::shared_ptr<const YamlNode> root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    auto node = make(YamlNode::Kind::kNull, mark);
    // The parser sees that a value is missing at whatever comes next; it is missing after its key.
    if (!open_.empty() && open_.back().awaits_value) {
      node->line = open_.back().node->entries.back().line;
    }
    attach(std::move(node), anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw YAML::ParserException(mark, "an alias stands inside itself");
    attach(found->second, 0, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool plain = tag == "?";
    auto node =
        make(plain && is_null_word(text) ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar, mark);
    node->text = text;
    attach(std::move(node), anchor, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kSequence, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kMapping, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A collection whose end has not come yet.
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    YAML::Mark mark;
    bool awaits_value = false;  // a mapping's key is read, its value is not
  };

  static std::shared_ptr<YamlNode> make(YamlNode::Kind kind, const YAML::Mark& mark) {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = line_of(mark);
    return node;
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() == kYamlDepthMax) {
      throw YAML::ParserException(mark, "nested deeper than " + std::to_string(kYamlDepthMax));
    }
    auto node = make(kind, mark);
    // A block that is a key's value begins below it, but it is the key that people look for.
    if (!open_.empty() && open_.back().awaits_value) {
      node->line = open_.back().node->entries.back().line;
    }
    open_.push_back({std::move(node), anchor, mark});
  }

  void close() {
    const Open done = std::move(open_.back());
    open_.pop_back();
    attach(done.node, done.anchor, done.mark);
  }

  // Anchors a finished node and puts it where it belongs: in the collection that is open, or at the
  // root.
  void attach(std::shared_ptr<const YamlNode> node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == YamlNode::Kind::kSequence) {
      parent.node->items.push_back(std::move(node));
    } else if (parent.awaits_value) {
      parent.node->entries.back().value = std::move(node);
      parent.awaits_value = false;
    } else {
      if (node->kind != YamlNode::Kind::kScalar) {
        throw YAML::ParserException(mark, "a key must be a plain word");
      }
      parent.node->entries.push_back({node->text, line_of(mark), nullptr});
      parent.awaits_value = true;
    }
  }

  std::shared_ptr<const YamlNode> root_ = std::make_shared<YamlNode>();
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::shared_ptr<const YamlNode>> anchors_;
};

Error fault(const std::string& file, int line, const std::string& what) {
  Faults faults(file);
  faults.add(line, "", what);
  return faults.error();
}

}  // namespace

Result<std::shared_ptr<const YamlNode>> parse_yaml(const std::string& yaml,
                                                   const std::string& file) {
  if (yaml.size() > kYamlBytesMax) return fault(file, 1, "larger than 1 MiB; no configuration is");
  TreeBuilder tree;
  try {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(tree);
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      return fault(file, second.root()->line,
                   "a second document begins here; a configuration is one document");
    }
  } catch (const YAML::Exception& error) {
    return fault(file, line_of(error.mark), "not YAML: " + error.msg);
  }
  return tree.root();
}

}  // namespace bpfpush
