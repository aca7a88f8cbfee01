"""The residents' face: forms, receipts, follow-up. It can seal a report and never open one."""
