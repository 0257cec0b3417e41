/// A parsed part of a template.
indirect enum TemplateNode {
  case text(String)
  case output(TemplateExpression, line: Int)
  case condition([(TemplateExpression, [TemplateNode])], otherwise: [TemplateNode], line: Int)
  case loop(
    names: [String], over: TemplateExpression, filter: TemplateExpression?, body: [TemplateNode],
    otherwise: [TemplateNode], line: Int)
  /// `member` is that of a namespace.
  case assignment(name: String, member: String?, TemplateExpression, line: Int)
}

/// An expression inside a tag.
indirect enum TemplateExpression {
  case literal(TemplateValue)
  case list([TemplateExpression])
  case map([(TemplateExpression, TemplateExpression)])
  case name(String)
  case member(TemplateExpression, String)
  case item(TemplateExpression, TemplateExpression)
  case slice(TemplateExpression, TemplateExpression?, TemplateExpression?, TemplateExpression?)
  case call(TemplateExpression, [TemplateExpression], named: [(String, TemplateExpression)])
  case filter(TemplateExpression, String, [TemplateExpression])
  case test(TemplateExpression, String)
  case negative(TemplateExpression)
  case not(TemplateExpression)
  case and(TemplateExpression, TemplateExpression)
  case or(TemplateExpression, TemplateExpression)
  case comparison(TemplateExpression, [(String, TemplateExpression)])
  case arithmetic(TemplateExpression, String, TemplateExpression)
  /// `a if b else c`
  case choice(TemplateExpression, condition: TemplateExpression, otherwise: TemplateExpression?)
}
