"""How safety cases leave the house: the mailbox of drug safety, the safety system, and the office that sees to it that one of them takes each."""
