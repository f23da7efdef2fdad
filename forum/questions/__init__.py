"""Questions: what an edition asks beside name and address, and what people answered.

Owns `question`, its options and categories, `answer` and, apart, `private_answer`.
"""
