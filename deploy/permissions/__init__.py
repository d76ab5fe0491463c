"""IAM: the actions that each verb was seen to need, and the policies made of them."""
